'use client';
import type { Run, VariantView } from '@faultline/server/contract';
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import Link from 'next/link';
import { plural } from '@/lib/format.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { variantName } from './variant-words.ts';

type Invariant = VariantView['invariants'][number];
const SHOWN = 5;

/** Each invariant with the sum behind it in every variant; what breaks it leads to its trace. */
export function InvariantList({ run }: { run: Run }) {
  const names = [
    ...new Set([
      ...run.plan.invariants,
      ...run.variants.flatMap(({ invariants }) => invariants.map(({ name }) => name)),
    ]),
  ];
  if (names.length === 0) return <p className="text-muted">None are checked by this document.</p>;
  return (
    <ul className="flex flex-col gap-2.5">
      {names.map((name) => {
        const found = run.variants.flatMap((variant) =>
          variant.invariants
            .filter((invariant) => invariant.name === name)
            .map((invariant) => ({ variant: variant.name, invariant })),
        );
        return (
          <li key={name} data-testid={`run-invariant-${name}`}>
            <p className="text-normal">{found[0]?.invariant.title ?? name.replaceAll('-', ' ')}</p>
            {found.length === 0 && (
              <p className="flex items-center gap-1.5 text-sm text-faint">
                <CircleDashed size={13} aria-hidden /> checked at the end
              </p>
            )}
            {found.map(({ variant, invariant }) => (
              <Finding
                key={variant}
                invariant={invariant}
                who={run.variants.length > 1 ? variantName(variant) : null}
              />
            ))}
          </li>
        );
      })}
    </ul>
  );
}

function Finding({ invariant, who }: { invariant: Invariant; who: string | null }) {
  const { holds, evidence, violations } = invariant;
  const href = usePageHref();
  return (
    <div className="mt-0.5 text-sm">
      <p className="flex items-baseline gap-1.5" title={who ?? undefined}>
        {holds ? (
          <CircleCheck size={13} aria-label="holds" className="shrink-0 translate-y-0.5 text-ok" />
        ) : (
          <CircleX size={13} aria-label="broken" className="shrink-0 translate-y-0.5 text-bad" />
        )}
        <span className="min-w-0">
          {who !== null && <span className="text-faint">{who}: </span>}
          <span className="text-muted tabular-nums">{evidence}</span>
        </span>
      </p>
      {violations.length > 0 && (
        <ul className="mt-1 ml-[5px] border-l-2 border-bad pl-3">
          {violations.slice(0, SHOWN).map(({ subject, detail, traceId }) => (
            <li key={`${subject} ${detail}`} className="py-0.5">
              <span className="font-mono break-all text-strong">{subject}</span>{' '}
              <span className="text-muted">{detail}</span>{' '}
              {traceId !== undefined && (
                <Link
                  className="text-accent hover:underline"
                  href={href('/traces', { trace: traceId })}
                >
                  trace
                </Link>
              )}
            </li>
          ))}
          {violations.length > SHOWN && (
            <li className="text-faint">and {plural(violations.length - SHOWN, 'other')}</li>
          )}
        </ul>
      )}
    </div>
  );
}
