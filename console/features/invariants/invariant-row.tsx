'use client';
import type { Invariants } from '@faultline/server/contract';
import { CircleCheck, CircleHelp, CircleX } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { plural } from '@/lib/format.ts';
import { useFleet } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { evidenceParts, subjectDoor } from './evidence.ts';

/** One invariant as it was found. */
type Found = Invariants['invariants'][number];

const SHOWN = 10;

/** One rule: whether it holds, the sum behind it, and what breaks it with doors to the traces of it. */
export function Invariant({ invariant }: { invariant: Found }) {
  const { name, title, holds, evidence, violations } = invariant;
  const [all, setAll] = useState(false);
  const shown = all ? violations : violations.slice(0, SHOWN);
  return (
    <li
      data-testid={`invariant-${name}`}
      className="border-b border-line px-4 py-3 last:border-b-0"
    >
      <div className="grid grid-cols-[15px_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1 md:grid-cols-[15px_16rem_minmax(0,1fr)]">
        <Verdict invariant={invariant} />
        <h2 className="font-semibold text-strong" title={name}>
          {title}
        </h2>
        <Evidence evidence={evidence} holds={holds} />
      </div>
      {violations.length > 0 && (
        <ul className="mt-2 ml-7 border-l-2 border-bad pl-3">
          {shown.map((violation) => (
            <ViolationRow key={`${violation.subject} ${violation.detail}`} violation={violation} />
          ))}
          {violations.length > shown.length && (
            <li className="pt-1">
              <Button size="small" onClick={() => setAll(true)}>
                Show all {plural(violations.length, 'violation')}
              </Button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function Verdict({ invariant: { holds, evidence } }: { invariant: Found }) {
  if (holds) {
    return <CircleCheck size={15} className="translate-y-0.5 text-ok" aria-label="holds" />;
  }
  if (evidence.startsWith('not checked')) {
    return <CircleHelp size={15} className="translate-y-0.5 text-warn" aria-label="not checked" />;
  }
  return <CircleX size={15} className="translate-y-0.5 text-bad" aria-label="broken" />;
}

function Evidence({ evidence, holds }: { evidence: string; holds: boolean }) {
  const href = usePageHref();
  return (
    <p
      data-testid="evidence"
      className="flex flex-wrap items-baseline gap-x-1.5 text-muted tabular-nums max-md:col-start-2"
    >
      {evidenceParts(evidence).map(({ kind, text, door }, index) => {
        if (kind === 'words') return <span key={index}>{text}</span>;
        if (kind === 'sign') {
          return (
            <b key={index} className={holds ? 'font-normal text-faint' : 'text-bad'}>
              {text}
            </b>
          );
        }
        const number = <b className="font-semibold text-strong">{text}</b>;
        return door === undefined ? (
          <span key={index}>{number}</span>
        ) : (
          <Link key={index} href={href(door.path, door.query)} className="hover:underline">
            {number}
          </Link>
        );
      })}
    </p>
  );
}

function ViolationRow({ violation }: { violation: Found['violations'][number] }) {
  const { subject, detail, traceId } = violation;
  const href = usePageHref();
  const services = (useFleet().data?.services ?? []).map(({ name }) => name);
  const door = subjectDoor(subject, services);
  const link = 'text-accent hover:underline';
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 py-0.5">
      <span className="font-mono text-sm break-all text-strong">{subject}</span>
      <span className="min-w-0 flex-1 basis-60 text-muted">{detail}</span>
      {door && (
        <Link className={link} href={href(door.path, door.query)}>
          {door.path === '/sagas' ? 'saga' : 'service'}
        </Link>
      )}
      {traceId !== undefined && (
        <Link className={link} href={href('/traces', { trace: traceId })}>
          trace
        </Link>
      )}
      <Link className={link} href={href('/logs', { q: subject })}>
        logs
      </Link>
    </li>
  );
}
