'use client';
import type { LogRecord } from '@faultline/collector/contract';
import Link from 'next/link';
import { Panel, Section } from '@/components/panel.tsx';
import { formatAbsolute } from '@/lib/format.ts';
import { setUrl, usePageHref } from '@/lib/url-state.ts';

/** One log record whole, and the way to its trace. */
export function LogPanel({ record, onClose }: { record: LogRecord; onClose: () => void }) {
  const href = usePageHref();
  const attributes = Object.entries(record.attributes).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Panel
      kind={`Log, ${record.severity}`}
      title={record.eventName ?? record.service}
      onClose={onClose}
    >
      <Section>
        <p className="break-words">{record.body}</p>
        <p className="mt-2 text-muted">
          {record.instance ?? record.service} at {formatAbsolute(record.at)}
        </p>
        {record.traceId !== null && (
          <p className="mt-2 flex gap-3">
            <Link
              className="text-accent hover:underline"
              href={href('/traces', { trace: record.traceId, span: record.spanId })}
            >
              Open its trace
            </Link>
            <button
              type="button"
              className="text-accent hover:underline"
              onClick={() => setUrl({ traceId: record.traceId, log: null }, 'push')}
            >
              All lines of this trace
            </button>
          </p>
        )}
      </Section>
      <Section title={`Attributes · ${attributes.length}`}>
        <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-3 gap-y-1">
          {attributes.map(([key, value]) => (
            <div key={key} className="contents">
              <dt className="truncate text-muted" title={key}>
                {key}
              </dt>
              <dd className="font-mono text-sm break-all">{String(value)}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </Panel>
  );
}
