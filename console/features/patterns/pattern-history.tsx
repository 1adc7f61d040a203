'use client';
import Link from 'next/link';
import { Section } from '@/components/panel.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { Skeleton } from '@/components/states.tsx';
import { detailWords, timeAround } from '@/features/audit/audit-words.ts';
import { errorDetail } from '@/lib/api.ts';
import { useAudit } from '@/lib/queries.ts';
import { setUrl, usePageHref } from '@/lib/url-state.ts';
import type { Target } from './pattern-model.ts';

const SHOWN = 5;

/** Who changed the pattern last, from the audit trail; each is a door to that moment on the strip. */
export function PatternHistory({
  target,
  pattern,
}: {
  target: Pick<Target, 'name'>;
  /** Absent: every change of the target. */
  pattern?: string;
}) {
  const audit = useAudit({ target: target.name, action: 'policy', limit: 100 });
  const href = usePageHref();
  const rows = (audit.data ?? [])
    .filter(
      ({ action, detail }) =>
        pattern === undefined || action === 'policy.reset' || detail.includes(`"${pattern}"`),
    )
    .slice(0, SHOWN);
  return (
    <Section
      title="Last changes"
      aside={
        <Link
          href={href('/audit', { target: target.name })}
          className="text-sm text-accent hover:underline"
        >
          all
        </Link>
      }
    >
      {audit.isPending && <Skeleton className="h-12 w-full" />}
      {audit.error && <p className="text-bad">{errorDetail(audit.error)}</p>}
      {audit.data && rows.length === 0 && <p className="text-muted">None: as at launch.</p>}
      <ul className="flex flex-col gap-1">
        {rows.map((row) => (
          <li key={row.line} className="flex gap-2" data-testid="pattern-change">
            <button
              type="button"
              onClick={() => showMoment(row.at)}
              title="Show this moment on the time strip"
              className="w-18 shrink-0 rounded-sm text-left text-muted hover:underline"
            >
              <RelativeTime at={row.at} />
            </button>
            <span className={row.outcome === 'done' ? 'text-fault' : 'text-muted'}>
              {detailWords(row)}
              {row.outcome !== 'done' && ` (${row.outcome})`}
            </span>
            <span className="ml-auto shrink-0 text-faint">{row.actor}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function showMoment(at: number): void {
  const { from, to } = timeAround(at);
  setUrl({ from: String(from), to: String(to) }, 'push');
}
