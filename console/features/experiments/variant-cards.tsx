'use client';
import type { Run, VariantView } from '@faultline/server/contract';
import clsx from 'clsx';
import { formatDuration } from '@/lib/format.ts';
import { readable } from './value-words.ts';
import { VariantStroke } from './variant-stroke.tsx';
import { resultWords, variantName, verdictTone } from './variant-words.ts';

const EDGE = {
  ok: 'border-l-ok',
  bad: 'border-l-bad',
  warn: 'border-l-warn',
  idle: 'border-l-line-strong',
} as const;
const TEXT = { ok: 'text-ok', bad: 'text-bad', warn: 'text-warn', idle: 'text-faint' } as const;

/** The variants beside each other: what changes, how each ended and why. A click shows its steps. */
export function VariantCards({
  run,
  shown,
  onShow,
}: {
  run: Run;
  shown: VariantView | undefined;
  onShow: (name: string) => void;
}) {
  return (
    <div
      className={clsx(
        'mb-3 grid gap-3',
        run.variants.length > 1 && 'md:grid-cols-2',
        run.variants.length > FEW && 'xl:grid-cols-3',
      )}
      role="group"
      aria-label="Variants"
    >
      {run.variants.map((variant, index) => (
        <VariantCard
          key={variant.name}
          variant={variant}
          index={index}
          pressed={variant.name === shown?.name}
          onShow={() => onShow(variant.name)}
        />
      ))}
    </div>
  );
}

function VariantCard({
  variant,
  index,
  pressed,
  onShow,
}: {
  variant: VariantView;
  index: number;
  pressed: boolean;
  onShow: () => void;
}) {
  const { name, expect, changes, outcome, state, startedAt, endedAt, undo } = variant;
  const tone = verdictTone(outcome?.verdict ?? null);
  return (
    <button
      type="button"
      data-testid={`variant-${name}`}
      data-verdict={outcome?.verdict}
      aria-pressed={pressed}
      title="Show the steps of this variant"
      onClick={onShow}
      className={clsx(
        'flex min-w-0 flex-col justify-start rounded-lg border border-l-3 bg-raised px-4 py-3 text-left hover:bg-hover',
        pressed ? 'border-line-strong' : 'border-line',
        EDGE[tone],
      )}
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className="flex min-w-0 items-center gap-2 text-muted">
          <VariantStroke index={index} />
          <span className="truncate">{variantName(name)}</span>
        </span>
        <b
          className={clsx(
            'shrink-0 font-semibold',
            state === 'running' ? 'text-accent' : TEXT[tone],
          )}
        >
          {outcome
            ? resultWords({ expect, verdict: outcome.verdict, asClaimed: outcome.asClaimed })
            : state === 'running'
              ? 'Running'
              : 'Waiting'}
        </b>
      </span>
      <span className="mt-1.5 line-clamp-3 text-normal">
        {outcome
          ? readable(outcome.reasons.slice(0, REASONS).join('; ')) ||
            'Everything that was asked for was seen.'
          : `${changes.length === 0 ? 'Everything as it is' : readable(changes.join(', '))}${expect === null ? '' : `; should ${expect === 'holds' ? 'hold' : 'fail'}`}.`}
      </span>
      {outcome && (
        <span className="mt-1 block text-sm text-faint">
          {changes.length === 0 ? 'Everything as it is' : readable(changes.join(', '))}
          {startedAt !== null && endedAt !== null && ` · ${formatDuration(endedAt - startedAt)}`}
          {undo !== null && !undo.clean && (
            <span className="text-bad"> · not put back: {undo.left.join(', ')}</span>
          )}
        </span>
      )}
    </button>
  );
}
const REASONS = 3;
/** From here on cards stand three in a row. */
const FEW = 4;
