'use client';
import type { PolicyView } from '@faultline/server/contract';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Section } from '@/components/panel.tsx';
import { Skeleton } from '@/components/states.tsx';
import { Toggle } from '@/components/toggle.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { usePolicies } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import {
  isChanged,
  PATTERNS,
  policySummary,
  readNumber,
  type PolicyNumber,
} from './policy-words.ts';

/** The patterns around a line's calls, each with a switch and its numbers. */
export function PolicySection({ link }: { link: string }) {
  const policies = usePolicies();
  const entry = policies.data?.find((candidate) => candidate.link === link);
  return (
    <Section title="Policy">
      {entry ? (
        PATTERNS.map((row) => <PatternRow key={row.pattern} entry={entry} row={row} />)
      ) : policies.error ? (
        <p className="text-bad">{errorDetail(policies.error)}</p>
      ) : policies.data ? (
        <p className="text-muted">This line has no policy.</p>
      ) : (
        <Skeleton className="h-28 w-full" />
      )}
    </Section>
  );
}

function PatternRow({ entry, row }: { entry: PolicyView; row: (typeof PATTERNS)[number] }) {
  const [open, setOpen] = useState(false);
  const { run, busy, error } = useAction<PolicyView>();
  const { pattern, title, numbers } = row;
  const current = entry.policy[pattern] as unknown as Readonly<Record<string, number | boolean>>;
  const change = (fields: Readonly<Record<string, number | boolean>>) =>
    run(actions.setPolicy(entry.link, pattern, fields), {
      failed: `Could not change the ${pattern} of ${entry.link}`,
      invalidate: [queryKeys.policies],
    });
  const head = (
    <>
      <span className="text-strong">{title}</span>
      {isChanged(entry, pattern) && (
        <i title="Changed since the launch" className="size-1.5 rounded-full bg-fault" />
      )}
      <span className="flex-1" />
      <span className="text-muted">{policySummary(entry.policy, pattern)}</span>
    </>
  );
  return (
    <div>
      <div className="flex items-center gap-2 py-1">
        {numbers.length > 0 ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="flex min-w-0 flex-1 items-center gap-1.5 rounded-sm text-left hover:brightness-110"
          >
            <ChevronRight
              size={12}
              aria-hidden
              className={`text-faint transition-transform ${open ? 'rotate-90' : ''}`}
            />
            {head}
          </button>
        ) : (
          <span className="flex min-w-0 flex-1 items-center gap-1.5 pl-[18px]">{head}</span>
        )}
        <Toggle
          label={`${title} of ${entry.link}`}
          checked={current['enabled'] === true}
          disabled={busy}
          onChange={(enabled) => change({ enabled })}
        />
      </div>
      {open && (
        <div className="mb-2 ml-[18px] grid grid-cols-[1fr_84px_44px] items-center gap-x-2 gap-y-1.5">
          {numbers.map((limits) => (
            <NumberField
              key={`${limits.field} ${String(current[limits.field])}`}
              limits={limits}
              value={Number(current[limits.field])}
              onChange={(value) => change({ [limits.field]: value })}
            />
          ))}
        </div>
      )}
      {error !== null && (
        <p role="alert" className="pb-1 text-sm text-bad">
          {errorDetail(error)}
        </p>
      )}
    </div>
  );
}

function NumberField({
  limits,
  value,
  onChange,
}: {
  limits: PolicyNumber;
  value: number;
  onChange: (value: number) => void;
}) {
  const [typed, setTyped] = useState(String(value));
  const read = readNumber(limits, typed);
  const commit = () => {
    if (read !== null && read !== value) onChange(read);
  };
  return (
    <>
      <span className="text-muted">{limits.title}</span>
      <input
        inputMode="decimal"
        aria-label={`${limits.title}${limits.unit === '' ? '' : `, ${limits.unit}`}`}
        aria-invalid={read === null}
        title={`${limits.minimum} to ${limits.maximum}`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setTyped(String(value));
        }}
        className="h-6 rounded-sm border border-line-strong bg-sunken px-1.5 text-right text-strong tabular-nums aria-invalid:border-bad"
      />
      <span className="text-xs text-faint">{limits.unit}</span>
    </>
  );
}
