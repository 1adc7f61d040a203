'use client';
import type { Span } from '@faultline/collector/contract';
import type { Mark } from '@faultline/server/contract';
import { useMemo } from 'react';
import { Panel, Section } from '@/components/panel.tsx';
import { formatDuration, formatLink, formatPercent, formatTime } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { setUrl } from '@/lib/url-state.ts';
import { attemptOf, spanTitle, spanWords } from './span-words.ts';
import { timeSpent, type TimeShare } from './time-spent.ts';
import { TraceLogs } from './trace-logs.tsx';
import type { TraceModel } from './use-trace.ts';

/** A span with its attributes and logs; without one, the trace as a whole. */
export function SpanPanel({
  model,
  span,
  faults,
}: {
  model: TraceModel;
  span: Span | null;
  faults: readonly Mark[];
}) {
  const { trace } = model;
  const close = () =>
    setUrl(span ? { span: null } : { trace: null, view: null, zoom: null }, 'push');
  return (
    <Panel
      kind={span ? kindOf(span) : 'Trace'}
      title={span ? spanTitle(span) : trace.operation}
      onClose={close}
    >
      {span && <SpanOutcome span={span} />}
      <Shares model={model} />
      {faults.length > 0 && (
        <Section title="We did this" tone="fault">
          {faults.map((fault) => (
            <p key={fault.id}>
              {fault.title}, since {formatTime(fault.at)}
            </p>
          ))}
        </Section>
      )}
      {span && <SpanFacts span={span} startedAt={model.tree.startedAt} />}
      <TraceLogs traceId={trace.traceId} spanId={span?.spanId ?? null} />
    </Panel>
  );
}

function kindOf(span: Span): string {
  const { attempt, max } = attemptOf(span);
  if (attempt === null) return `Span, ${span.kind}`;
  return `Span, attempt ${attempt}${max === null ? '' : ` of ${max}`}`;
}

function SpanOutcome({ span }: { span: Span }) {
  const { failure, what } = spanWords(span);
  const left = Number(span.attributes['deadline.left_ms']);
  return (
    <Section>
      <p>
        {failure ? (
          <span className="text-bad">{failure}</span>
        ) : (
          <span>{formatDuration(span.durationMs)}</span>
        )}
        {Number.isFinite(left) && <span> of {formatDuration(left)} left</span>}
        <span className="block truncate text-muted" title={what}>
          {what}
        </span>
        {span.statusMessage && <span className="block text-muted">{span.statusMessage}</span>}
      </p>
    </Section>
  );
}

function Shares({ model: { trace, tree, path } }: { model: TraceModel }) {
  const shares = useMemo(() => timeSpent(tree, path), [tree, path]);
  const [largest] = shares;
  return (
    <Section title="Where the time went">
      <dl className="grid grid-cols-[8.5rem_1fr_3rem] items-center gap-x-2 gap-y-2">
        {shares.map((share) => (
          <Share key={share.label} share={share} />
        ))}
      </dl>
      {largest && largest.kind !== 'rest' && (
        <p className="mt-2.5 text-muted">
          The critical path spent {formatDuration(largest.durationMs)} of{' '}
          {formatDuration(trace.durationMs)} in {formatLink(largest.label)}.
        </p>
      )}
    </Section>
  );
}

function Share({ share }: { share: TimeShare }) {
  const colour = share.failed
    ? 'var(--bad)'
    : share.kind === 'service'
      ? serviceColour(share.label)
      : share.kind === 'link'
        ? serviceColour(share.label.split('->')[1] ?? '')
        : 'var(--text-faint)';
  return (
    <>
      <dt className="truncate" title={formatLink(share.label)}>
        {formatLink(share.label)}
      </dt>
      <dd aria-hidden>
        <i
          className="block h-2 min-w-1 rounded-xs"
          style={{ width: `${share.ratio * 100}%`, background: colour }}
        />
      </dd>
      <dd className="text-right text-muted tabular-nums" title={formatDuration(share.durationMs)}>
        {formatPercent(share.ratio)}
      </dd>
    </>
  );
}

function SpanFacts({ span, startedAt }: { span: Span; startedAt: number }) {
  const own: [string, string][] = [
    ['service', span.service],
    ['instance', span.instance ?? '–'],
    ['starts at', formatDuration(span.startedAt - startedAt)],
    ['lasts', formatDuration(span.durationMs)],
  ];
  const attributes = Object.entries(span.attributes).sort(([a], [b]) => a.localeCompare(b));
  return (
    <>
      <Section title="Span">
        <Facts facts={own} />
      </Section>
      <Section title={`Attributes · ${attributes.length}`}>
        <Facts facts={attributes.map(([key, value]) => [key, String(value)])} searchable />
      </Section>
      {span.events.length > 0 && (
        <Section title={`Events · ${span.events.length}`}>
          {span.events.map((event) => (
            <p key={`${event.at} ${event.name}`} className="mb-1">
              <span className="font-mono text-sm text-faint">
                +{formatDuration(event.at - span.startedAt)}
              </span>{' '}
              {event.name}
              {Object.entries(event.attributes).map(([key, value]) => (
                <span key={key} className="block truncate pl-4 font-mono text-xs text-muted">
                  {key} {String(value)}
                </span>
              ))}
            </p>
          ))}
        </Section>
      )}
    </>
  );
}

function Facts({ facts, searchable = false }: { facts: [string, string][]; searchable?: boolean }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-3 gap-y-1">
      {facts.map(([key, value]) => (
        <div key={key} className="contents">
          <dt className="truncate text-muted" title={key}>
            {key}
          </dt>
          <dd className="min-w-0 font-mono text-sm break-words text-normal">
            {searchable ? (
              <button
                type="button"
                title="Find traces with this value"
                className="text-left break-all hover:text-accent hover:underline"
                onClick={() => setUrl({ trace: null, span: null, q: `${key}=${value}` }, 'push')}
              >
                {value}
              </button>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
