'use client';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { Section } from '@/components/panel.tsx';
import { Skeleton } from '@/components/states.tsx';
import { Toggle } from '@/components/toggle.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { formatLink } from '@/lib/format.ts';
import { usePolicies } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

type NumberField =
  'consecutiveFailures' | 'failureRatio' | 'minimumCalls' | 'windowMs' | 'slowCallMs' | 'openMs';

/** The numbers a person may want to try; ranges are those of the policy's schema. */
const FIELDS: readonly {
  name: NumberField;
  title: string;
  unit: string;
  min: number;
  max: number;
  step: number;
}[] = [
  {
    name: 'consecutiveFailures',
    title: 'Failures in a row that open',
    unit: '',
    min: 1,
    max: 1000,
    step: 1,
  },
  {
    name: 'failureRatio',
    title: 'Share of failed calls that opens',
    unit: 'of 1',
    min: 0.01,
    max: 1,
    step: 0.01,
  },
  {
    name: 'minimumCalls',
    title: 'Calls before the share counts',
    unit: '',
    min: 1,
    max: 10_000,
    step: 1,
  },
  { name: 'windowMs', title: 'Window', unit: 'ms', min: 1, max: 600_000, step: 100 },
  {
    name: 'slowCallMs',
    title: 'A call this long counts as failed',
    unit: 'ms',
    min: 1,
    max: 600_000,
    step: 50,
  },
  { name: 'openMs', title: 'Open before probing', unit: 'ms', min: 1, max: 600_000, step: 100 },
];

/** The breaker's policy, changed in place for every instance of the caller. */
export function BreakerPolicy({ link }: { link: string }) {
  const policies = usePolicies();
  const view = policies.data?.find((policy) => policy.link === link);
  const { run, busy, error } = useAction();
  const [draft, setDraft] = useState<Partial<Record<NumberField, number>>>({});
  if (policies.isPending) return <Skeleton className="m-4 h-40" />;
  if (!view) return null;
  const { breaker } = view.policy;
  const change = (fields: Record<string, unknown>) =>
    run(actions.setPolicy(link, 'breaker', fields), {
      failed: `Could not change the breaker of ${formatLink(link)}`,
      done: () => ({
        text: `Breaker of ${formatLink(link)} changed`,
        undo: { label: 'Undo', run: () => restore(breaker) },
      }),
      invalidate: [queryKeys.policies],
    });
  const restore = (fields: Record<string, unknown>) =>
    run(actions.setPolicy(link, 'breaker', fields), {
      failed: 'Could not restore the breaker',
      invalidate: [queryKeys.policies],
    });
  const changed = Object.keys(draft).length > 0;
  return (
    <Section
      title="Policy"
      aside={
        <span className="flex items-center gap-2 text-muted">
          {breaker.enabled ? 'on' : 'off'}
          <Toggle
            label={`Breaker of ${formatLink(link)}`}
            checked={breaker.enabled}
            onChange={(enabled) => change({ enabled })}
          />
        </span>
      }
    >
      <p className="mb-2 text-muted">
        {breaker.enabled
          ? 'Switched off, every call goes out however often it failed: callers wait and pile up.'
          : 'Off: every call goes out. Switch it on to fail fast while the callee is down.'}
      </p>
      {FIELDS.map(({ name, title, unit, ...range }) => (
        <label key={name} className="flex items-center gap-2 py-0.5">
          <span className="flex-1">{title}</span>
          <input
            type="number"
            {...range}
            value={draft[name] ?? breaker[name]}
            onChange={(event) => setDraft({ ...draft, [name]: event.target.valueAsNumber })}
            className="h-6 w-22 rounded-sm border border-line-strong bg-surface px-1.5 text-right tabular-nums"
          />
          <span className="w-8 text-faint">{unit}</span>
        </label>
      ))}
      {error && <p className="mt-1 text-bad">{errorDetail(error)}</p>}
      {changed && (
        <div className="mt-2 flex gap-2">
          <Button
            tone="accent"
            busy={busy}
            onClick={() => {
              change(draft);
              setDraft({});
            }}
          >
            Apply
          </Button>
          <Button onClick={() => setDraft({})}>Discard</Button>
          <CopyAs action={actions.setPolicy(link, 'breaker', draft)} />
        </div>
      )}
    </Section>
  );
}
