'use client';
import type { Run, VariantView } from '@faultline/server/contract';
import clsx from 'clsx';
import { Check, Circle, X } from 'lucide-react';
import { Section } from '@/components/panel.tsx';
import { formatCountdown, formatCount } from '@/lib/format.ts';
import { InvariantList } from './invariant-list.tsx';
import { JournalTail } from './journal-tail-list.tsx';
import { RunPlan } from './run-plan.tsx';
import { readable } from './value-words.ts';
import { variantName } from './variant-words.ts';

/** Beside the charts of a run: its plan with the current step, what was seen, invariants, journal. */
export function RunAside({
  run,
  shown,
  onShow,
}: {
  run: Run;
  shown: VariantView | undefined;
  onShow: (name: string) => void;
}) {
  const live = run.state !== 'ended';
  return (
    <aside
      aria-label="Plan and journal"
      className={clsx(
        'border-line bg-raised max-lg:border-t lg:w-[340px] lg:shrink-0 lg:overflow-auto',
        live ? 'lg:order-first lg:border-r' : 'lg:border-l',
      )}
    >
      {shown && (
        <Section title="Plan" aside={<VariantChoice run={run} shown={shown} onShow={onShow} />}>
          <RunPlan variant={shown} />
        </Section>
      )}
      {shown && <Seen run={run} variant={shown} />}
      <Section title={run.variants.length > 1 ? 'Invariants, every variant' : 'Invariants'}>
        <InvariantList run={run} />
      </Section>
      {shown?.undo && (
        <Section title="Undo">
          <p className={shown.undo.clean ? 'text-normal' : 'text-bad'}>
            {shown.undo.clean
              ? 'Everything was put back.'
              : `Still there: ${shown.undo.left.join(', ')}`}
          </p>
        </Section>
      )}
      {shown && <JournalTail run={run} variant={shown} />}
    </aside>
  );
}

function VariantChoice({
  run,
  shown,
  onShow,
}: {
  run: Run;
  shown: VariantView;
  onShow: (name: string) => void;
}) {
  if (run.variants.length < 2) return null;
  return (
    <select
      aria-label="Variant"
      value={shown.name}
      onChange={(event) => onShow(event.target.value)}
      className="max-w-44 rounded-sm bg-transparent text-right text-sm text-muted hover:text-strong"
    >
      {run.variants.map(({ name }) => (
        <option key={name} value={name}>
          {variantName(name)}
        </option>
      ))}
    </select>
  );
}

function Seen({ run, variant }: { run: Run; variant: VariantView }) {
  const expected = run.plan.sometimes.map((title) => ({
    title,
    found: variant.sightings.find((sighting) => sighting.title === title),
  }));
  const others = variant.sightings
    .filter(({ title }) => !run.plan.sometimes.includes(title))
    .map((found) => ({ title: found.title, found }));
  const all = [...expected, ...others];
  if (all.length === 0) return null;
  return (
    <Section title="Seen at least once">
      <ul className="flex flex-col gap-1.5">
        {all.map(({ title, found }) => (
          <li key={title} className="flex items-baseline gap-2">
            {found === undefined ? (
              <Circle size={13} aria-label="not yet" className="translate-y-0.5 text-line-strong" />
            ) : found.seen ? (
              <Check size={13} aria-label="seen" className="translate-y-0.5 text-ok" />
            ) : (
              <X size={13} aria-label="not seen" className="translate-y-0.5 text-bad" />
            )}
            <span className="min-w-0 flex-1 break-words">{readable(title)}</span>
            <span className="shrink-0 text-sm text-faint tabular-nums">
              {found?.seen === true &&
                `${formatCount(found.count)}×${found.firstMs === null ? '' : ` from +${formatCountdown(found.firstMs)}`}`}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
