'use client';
import { useQuery } from '@tanstack/react-query';
import NextLink from 'next/link';
import { useEffect, useRef } from 'react';
import { HealthDot } from '@/components/health-dot.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { ErrorState, SkeletonRows } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { InstanceActions } from './instance-actions.tsx';
import type { FleetRow } from './rows.ts';

const LINES = 300;

/** One instance: its state and the tail of its output, newest line at the foot. */
export function OutputPanel({ row, onClose }: { row: FleetRow; onClose: () => void }) {
  const { instance, part, kind } = row;
  const href = usePageHref();
  const output = useQuery({
    queryKey: queryKeys.output(instance.id),
    queryFn: async ({ signal }) =>
      (
        await getJson<{ lines: string[] }>(
          `/fleet/instances/${encodeURIComponent(instance.id)}/output`,
          { lines: LINES },
          signal,
        )
      ).lines,
    refetchInterval: usePolling(2000),
  });
  return (
    <Panel kind="Instance" title={instance.id} aside={instance.state} onClose={onClose}>
      <Section>
        <div className="flex items-center gap-2">
          <HealthDot state={instance.state} />
          <span className="min-w-0 flex-1 text-muted">
            {instance.detail ??
              (instance.port === null ? part.purpose : `listens on 127.0.0.1:${instance.port}`)}
          </span>
          {kind === 'service' && <InstanceActions instance={instance} />}
        </div>
        {kind === 'service' && (
          <p className="mt-2 flex gap-3 text-accent">
            <NextLink
              className="hover:underline"
              href={href('/logs', { service: part.name, instance: instance.id })}
            >
              Logs
            </NextLink>
            <NextLink className="hover:underline" href={href('/', { node: part.name })}>
              On the map
            </NextLink>
          </p>
        )}
      </Section>
      <div className="px-4 pt-3.5 text-xs font-semibold tracking-[.04em] text-faint uppercase">
        Output
      </div>
      {output.data ? (
        <Tail lines={output.data} />
      ) : output.error ? (
        <ErrorState
          what="The output could not be read"
          error={output.error}
          onRetry={() => void output.refetch()}
        />
      ) : (
        <SkeletonRows />
      )}
    </Panel>
  );
}

/** Follows the newest line unless the person scrolled up. */
function Tail({ lines }: { lines: readonly string[] }) {
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  if (lines.length === 0)
    return <p className="px-4 py-2 text-muted">It has not printed anything.</p>;
  return (
    <pre
      ref={box}
      tabIndex={0}
      aria-label="Output"
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
      className="m-2 min-h-40 flex-1 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs whitespace-pre-wrap break-all text-normal"
    >
      {lines.join('\n')}
    </pre>
  );
}
