'use client';
import clsx from 'clsx';
import Link from 'next/link';
import { useState } from 'react';
import { Section } from '@/components/panel.tsx';
import { Skeleton } from '@/components/states.tsx';
import { errorDetail } from '@/lib/api.ts';
import { formatAbsolute, formatTime } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { severityTone } from '@/lib/severity.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { useTraceLogs } from './use-trace.ts';

/** Logs of the trace; of one span when it is chosen and has any. */
export function TraceLogs({ traceId, spanId }: { traceId: string; spanId: string | null }) {
  const { data, isPending, error } = useTraceLogs(traceId);
  const [all, setAll] = useState(false);
  const href = usePageHref();
  const own = (data ?? []).filter((record) => record.spanId === spanId);
  const onlySpan = spanId !== null && !all;
  const shown = onlySpan ? own : (data ?? []);
  return (
    <Section
      title={`Logs of this ${onlySpan ? 'span' : 'trace'} · ${shown.length}`}
      aside={
        spanId === null ? (
          <Link className="text-accent hover:underline" href={href('/logs', { traceId })}>
            open
          </Link>
        ) : (
          <button
            type="button"
            className="text-accent hover:underline"
            onClick={() => setAll(!all)}
          >
            {all ? 'of the span' : 'of the whole trace'}
          </button>
        )
      }
    >
      {isPending && <Skeleton className="h-20" />}
      {error && <p className="text-bad">{errorDetail(error)}</p>}
      {data && shown.length === 0 && <p className="text-muted">Nothing was logged here.</p>}
      <ol className="font-mono text-sm">
        {shown.map((record) => (
          <li key={record.id} className="flex gap-1.5 py-px" title={formatAbsolute(record.at)}>
            <span className="shrink-0 text-faint">{formatTime(record.at, true).slice(6)}</span>
            <i
              aria-hidden
              className="mt-1 h-3 w-[3px] shrink-0 rounded-full"
              style={{ background: serviceColour(record.service) }}
            />
            <span className={clsx('shrink-0', severityTone(record.severity))}>
              {record.severity}
            </span>
            <span className="min-w-0 break-words">{record.body}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
