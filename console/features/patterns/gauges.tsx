'use client';
import type { Gauges } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { getJson } from '@/lib/api.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { gaugeLines, hasGauges } from './gauge-words.ts';
import type { Target } from './pattern-model.ts';

const EVERY_MS = 2000;

/** What the instances themselves tell of a pattern, asked while somebody looks. */
export function GaugeList({ target, pattern }: { target: Target; pattern: string }) {
  const link = target.kind === 'link' ? target.name : null;
  const service = target.name.split('->')[0] ?? target.name;
  const told = hasGauges(pattern);
  const { data } = useQuery({
    queryKey: queryKeys.gauges(service),
    queryFn: ({ signal }) =>
      getJson<Gauges>(`/services/${encodeURIComponent(service)}/gauges`, {}, signal),
    refetchInterval: usePolling(EVERY_MS),
    enabled: told,
  });
  if (!told || !data) return null;
  const lines = gaugeLines(data.gauges, pattern, link);
  return (
    <dl className="mt-2.5 grid grid-cols-[1fr_auto] gap-x-3 gap-y-1">
      {lines.map(({ title, value, by }) => (
        <div
          key={title}
          className="contents"
          title={by.map((one) => `${one.instance}: ${round(one.value)}`).join('\n')}
        >
          <dt className="text-muted">{title}</dt>
          <dd className="text-right text-strong tabular-nums">
            {round(value)}
            {by.length > 1 && (
              <span className="ml-1.5 text-xs text-faint">
                {by.map((one) => round(one.value)).join(' + ')}
              </span>
            )}
          </dd>
        </div>
      ))}
      {data.silent.length > 0 && (
        <p className="col-span-2 text-xs text-warn">No answer from {data.silent.join(', ')}.</p>
      )}
    </dl>
  );
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
