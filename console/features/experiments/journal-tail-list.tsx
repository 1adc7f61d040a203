'use client';
import type { Run, VariantView } from '@faultline/server/contract';
import clsx from 'clsx';
import { useMemo, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Section } from '@/components/panel.tsx';
import { formatCountdown, plural } from '@/lib/format.ts';
import { readable } from './value-words.ts';
import { tailOf, type TailLine } from './journal-tail.ts';

const SHOWN = 12;
const TONES: Readonly<Record<TailLine['tone'], string>> = {
  plain: 'text-normal',
  ok: 'text-normal',
  warn: 'text-warn',
  bad: 'text-bad',
};

/** What was done and seen, the newest first; the whole journal is a link away. */
export function JournalTail({ run, variant }: { run: Run; variant: VariantView }) {
  const lines = useMemo(() => tailOf(variant), [variant]);
  const [all, setAll] = useState(false);
  return (
    <Section
      title="Journal"
      aside={
        <a
          href={`/api/runs/${encodeURIComponent(run.id)}/journal`}
          target="_blank"
          rel="noreferrer"
          className="text-sm text-accent hover:underline"
        >
          whole journal
        </a>
      }
    >
      {lines.length === 0 && <p className="text-muted">Nothing happened yet.</p>}
      <ol className="flex flex-col gap-1 text-sm">
        {(all ? lines : lines.slice(0, SHOWN)).map((line) => (
          <li key={line.key} className="grid grid-cols-[42px_minmax(0,1fr)] gap-x-2">
            <span className="font-mono text-faint tabular-nums">+{formatCountdown(line.atMs)}</span>
            <span
              className={clsx(
                'border-l-2 pl-2 wrap-anywhere',
                line.side === 'ours' ? 'border-fault-line' : 'border-line-strong',
                TONES[line.tone],
              )}
            >
              {readable(line.text)}
            </span>
          </li>
        ))}
      </ol>
      {lines.length > SHOWN && (
        <Button size="small" className="mt-2" onClick={() => setAll(!all)}>
          {all ? 'Only the newest' : `Show all ${plural(lines.length, 'line')}`}
        </Button>
      )}
    </Section>
  );
}
