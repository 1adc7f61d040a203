'use client';
import type { Run } from '@faultline/server/contract';
import { CircleCheck, CircleHelp, TriangleAlert } from 'lucide-react';
import clsx from 'clsx';
import { verdictWords } from './verdict-words.ts';

const ICONS = { ok: CircleCheck, warn: CircleHelp, bad: TriangleAlert } as const;
const TEXT = { ok: 'text-ok', warn: 'text-warn', bad: 'text-bad' } as const;
const GROUND = { ok: 'bg-ok-soft', warn: 'bg-warn-soft', bad: 'bg-bad-soft' } as const;

/** What a run came to, as a sentence for somebody who reads nothing else. */
export function VerdictBanner({ run }: { run: Run }) {
  const words = verdictWords(run);
  if (words === null) return null;
  const Icon = ICONS[words.tone];
  return (
    <div
      role="status"
      data-testid="run-verdict"
      data-verdict={run.outcome?.verdict}
      data-as-claimed={run.outcome?.asClaimed}
      className={clsx('mb-4 flex gap-3 rounded-lg px-4 py-3', GROUND[words.tone])}
    >
      <Icon size={18} aria-hidden className={clsx('mt-0.5 shrink-0', TEXT[words.tone])} />
      <div className="min-w-0">
        <p className={clsx('text-lg font-semibold', TEXT[words.tone])}>{words.title}</p>
        <p className="mt-0.5 max-w-[80ch] text-strong">{words.sentence}</p>
      </div>
    </div>
  );
}
