'use client';
import Link from 'next/link';
import { Section } from '@/components/panel.tsx';
import { Skeleton } from '@/components/states.tsx';
import { Toggle } from '@/components/toggle.tsx';
import { errorDetail } from '@/lib/api.ts';
import { formatLink } from '@/lib/format.ts';
import { useAllPolicies } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { patternsOf, type Cell, type Target } from './pattern-model.ts';
import { selectionOf } from './selection.ts';
import { usePolicyChange } from './use-policy-change.ts';

/** The patterns of one link or service, each with its switch and a door to its parameters. */
export function TargetPatterns({ target }: { target: Target }) {
  const policies = useAllPolicies();
  const href = usePageHref();
  const cells = policies.data ? patternsOf(policies.data, target) : [];
  if (policies.data && cells.length === 0 && target.kind === 'service') return null;
  return (
    <Section
      title="Patterns"
      aside={
        <Link
          href={href('/patterns', { find: target.name })}
          className="text-sm text-accent hover:underline"
        >
          all of them
        </Link>
      }
    >
      {policies.error && !policies.data && (
        <p className="text-bad">{errorDetail(policies.error)}</p>
      )}
      {policies.isPending && <Skeleton className="h-28 w-full" />}
      {policies.data && cells.length === 0 && (
        <p className="text-muted">This line has no patterns.</p>
      )}
      {cells.map((cell) => (
        <PatternRow key={cell.pattern.name} target={target} cell={cell} />
      ))}
    </Section>
  );
}

function PatternRow({ target, cell }: { target: Target; cell: Cell }) {
  const { pattern } = cell;
  const href = usePageHref();
  const { change, busy, error } = usePolicyChange(target, pattern);
  if (cell.state === 'none') return null;
  const on = cell.state === 'on';
  return (
    <div className="py-1">
      <div className="flex items-center gap-2">
        <Link
          href={href('/patterns', { at: selectionOf(target, pattern) })}
          title={`${pattern.purpose}.\n${on ? 'Switched off' : 'While it is off'}: ${pattern.whenOff}.`}
          className="flex min-w-0 flex-1 items-center gap-1.5 hover:underline"
        >
          <span className="text-strong">{pattern.title}</span>
          {cell.changed && (
            <i title="Changed since the launch" className="size-1.5 rounded-full bg-fault" />
          )}
          <span className="flex-1" />
          <span className={cell.changed ? 'text-fault' : 'text-muted'}>{cell.words}</span>
        </Link>
        <Toggle
          label={`${pattern.title} of ${formatLink(target.name)}. ${on ? 'Off' : 'While off'}: ${pattern.whenOff}`}
          checked={on}
          disabled={busy}
          onChange={(enabled) => change({ enabled }, cell.settings)}
        />
      </div>
      {!on && <p className="text-xs text-fault">{pattern.whenOff}</p>}
      {error !== null && (
        <p role="alert" className="text-sm text-bad">
          {errorDetail(error)}
        </p>
      )}
    </div>
  );
}
