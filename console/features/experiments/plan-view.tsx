'use client';
import type { Plan } from '@faultline/server/contract';
import type { ReactNode } from 'react';
import { Section } from '@/components/panel.tsx';
import { formatLink, formatMinutes, formatSetting } from '@/lib/format.ts';
import { stepDepth } from './run-progress.ts';
import { readable, titled } from './value-words.ts';

/** What a run is going to do, before it is run: steps, what is touched, what is put back. */
export function PlanView({ plan }: { plan: Plan }) {
  const { links, services, instances } = plan.blastRadius;
  const touched = [...links.map(formatLink), ...services, ...instances];
  return (
    <>
      <Section
        title="Plan"
        aside={
          <span className="text-sm text-faint">
            {plan.aboutMs !== undefined && `about ${formatMinutes(plan.aboutMs)}, `}
            {formatSetting(plan.atMostMs)} at most
          </span>
        }
      >
        <ol className="flex flex-col gap-1.5" data-testid="plan-steps">
          {plan.steps.map(({ path, title, atMostMs }, index) => (
            <li
              key={path}
              className="grid grid-cols-[18px_minmax(0,1fr)_auto] gap-x-2"
              style={{ paddingLeft: stepDepth(path) * 14 }}
            >
              <span className="text-right text-faint tabular-nums">{index + 1}</span>
              <span className="text-strong">{readable(title)}</span>
              <span className="font-mono text-sm text-faint">
                {atMostMs > 0 ? `≤ ${formatSetting(atMostMs)}` : ''}
              </span>
            </li>
          ))}
        </ol>
      </Section>
      <Section title="Steady state">
        <ul className="flex flex-col gap-1.5">
          {plan.checks.map(({ id, title, expect }) => (
            <li key={id} className="flex items-baseline justify-between gap-3">
              <span className="min-w-0">{titled(title)}</span>
              <span className="shrink-0 font-mono text-sm text-strong">{expect}</span>
            </li>
          ))}
        </ul>
      </Section>
      <Words title="What is touched" tone="fault" words={touched} none="Nothing is broken." />
      <Words
        title="What is put back, however it ends"
        words={plan.undo}
        none="Nothing to put back."
      />
      {plan.abortWhen.length > 0 && (
        <Words title="Ends early when" words={plan.abortWhen} none="" />
      )}
      <Words title="Invariants at the end" words={plan.invariants} none="None." />
      {plan.sometimes.length > 0 && (
        <Words title="Must be seen at least once" words={plan.sometimes} none="" />
      )}
    </>
  );
}

function Words({
  title,
  words,
  none,
  tone = 'plain',
}: {
  title: string;
  words: readonly string[];
  none: string;
  tone?: 'plain' | 'fault';
}): ReactNode {
  return (
    <Section title={title} tone={tone}>
      {words.length === 0 ? (
        <p className="text-muted">{none}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {words.map((word) => (
            <li key={word}>{readable(word)}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}
