'use client';
import type { SagaDetail } from '@faultline/collector/contract';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Badge } from '@/components/chip.tsx';
import { copy } from '@/components/copy-as.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { ErrorState, Skeleton } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { formatAbsolute, formatDuration, formatTime } from '@/lib/format.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { serviceColour, serviceOfInstance } from '@/lib/services.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { MessageDoors } from '../events/message-doors.tsx';
import {
  SAGA_MEANING,
  SAGA_TONE,
  STYLE_MEANING,
  entryDetail,
  shortId,
  waitingText,
} from './saga-words.ts';
import { SwimLanes } from './swim-lanes.tsx';

const POLL_MS = 1000;

/** One saga: its steps as swim lanes, everything that happened, and the way to its trace. */
export function SagaPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const polling = usePolling(POLL_MS);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: queryKeys.saga(id),
    queryFn: ({ signal }) => getJson<SagaDetail>(`/sagas/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => (state.data?.endedAt === null ? polling : false),
  });
  return (
    <Panel kind="Saga" title={`order ${shortId(data?.orderId ?? id)}`} onClose={onClose}>
      {isPending && <Skeleton className="m-4 h-64" />}
      {error && !data && (
        <ErrorState
          what="The saga could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {data && <Story saga={data} />}
    </Panel>
  );
}

function Entry({ entry }: { entry: SagaDetail['timeline'][number] }) {
  const detail = entryDetail(entry);
  const what = entry.event.replace(/^saga\./, '').replace('.', ' ');
  const text = (
    <>
      {what}
      {entry.step !== null && <b className="font-semibold text-strong"> {entry.step}</b>}
      {detail !== null && <span className="block text-muted">{detail}</span>}
    </>
  );
  const href = usePageHref();
  if (entry.traceId === null) return text;
  return (
    <Link
      className="block hover:text-strong hover:underline"
      title="Open the span"
      href={href('/traces', { trace: entry.traceId, span: entry.spanId })}
    >
      {text}
    </Link>
  );
}

function Story({ saga }: { saga: SagaDetail }) {
  const href = usePageHref();
  const now = useServerNow();
  const waiting = waitingText(saga);
  return (
    <>
      <Section>
        <Badge tone={SAGA_TONE[saga.state]}>{saga.state}</Badge>
        <p className="mt-2 text-muted">{SAGA_MEANING[saga.state]}</p>
        <p className="mt-2">
          {saga.style}, began {formatTime(saga.startedAt)},{' '}
          {saga.endedAt === null
            ? `for ${formatDuration(now - saga.startedAt)}`
            : `took ${formatDuration(saga.endedAt - saga.startedAt)}`}
        </p>
        <p className="mt-2 text-muted">{STYLE_MEANING[saga.style]}</p>
        {waiting !== null && (
          <p className="mt-2">
            {waiting} (for {formatDuration(now - saga.updatedAt)})
          </p>
        )}
        {saga.reason !== null && <p className="mt-2 text-warn">{saga.reason}</p>}
        <p className="mt-2 flex gap-3">
          {saga.traceId !== null && (
            <Link
              className="text-accent hover:underline"
              href={href('/traces', { trace: saga.traceId })}
            >
              Open its trace
            </Link>
          )}
          {saga.traceId !== null && (
            <Link
              className="text-accent hover:underline"
              href={href('/logs', { traceId: saga.traceId })}
            >
              Its logs
            </Link>
          )}
          <button
            type="button"
            title={saga.orderId}
            className="text-accent hover:underline"
            onClick={() => copy(saga.orderId, 'order id')}
          >
            Copy the order id
          </button>
        </p>
        <MessageDoors aggregate={saga.orderId} />
      </Section>
      <Section title="Steps">
        <SwimLanes saga={saga} now={now} />
      </Section>
      <Section title={`What happened · ${saga.timeline.length}`}>
        <ol>
          {saga.timeline.map((entry, index) => (
            <li
              key={`${entry.at} ${index}`}
              className="flex gap-2 py-0.5"
              title={formatAbsolute(entry.at)}
            >
              <span className="w-16 shrink-0 text-right font-mono text-sm text-faint">
                +{formatDuration(entry.at - saga.startedAt)}
              </span>
              <i
                aria-hidden
                className="mt-1 h-3 w-[3px] shrink-0 rounded-full"
                style={{
                  background: serviceColour(serviceOfInstance(entry.instance ?? entry.service)),
                }}
              />
              <span className="min-w-0">
                <Entry entry={entry} />
              </span>
            </li>
          ))}
        </ol>
      </Section>
    </>
  );
}
