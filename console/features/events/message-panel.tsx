'use client';
import type { Message, ShownBytes } from '@faultline/server/contract';
import clsx from 'clsx';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { CopyAs } from '@/components/copy-as.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { formatAbsolute, formatBytes } from '@/lib/format.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { block, inline } from './lag-words.ts';

/** One message whole, with the doors to its trace and to what was logged about it. */
export function MessagePanel({
  topic,
  message,
  onClose,
  children,
}: {
  topic: string;
  message: Message;
  onClose: () => void;
  /** Stands first: what is particular about a dead letter. */
  children?: ReactNode;
}) {
  const { event, headers, value } = message;
  return (
    <Panel
      kind={`Message ${message.partition}:${message.offset}`}
      title={event?.type ?? 'no event'}
      onClose={onClose}
    >
      {children}
      <Section>
        <Facts
          rows={[
            ['Key', message.key && inline(message.key)],
            ['Written', formatAbsolute(message.at)],
            ['Event', event?.id ?? null],
            ['Version', event ? String(event.version) : null],
            ['Happened', event ? formatAbsolute(event.occurredAt) : null],
            ['Correlation', message.correlationId],
          ]}
        />
        {message.problem !== null && (
          <p className="mt-2 text-warn">No event of the lab: {message.problem}</p>
        )}
        <Doors message={message} />
        <div className="mt-3">
          <CopyAs action={asAction(topic, message)} />
        </div>
      </Section>
      <Section title={`Headers · ${headers.length}`}>
        <Facts rows={headers.map(({ name, value: text }) => [name, inline(text)])} />
        {headers.length === 0 && <p className="text-muted">It has none.</p>}
      </Section>
      <Section title="Value" aside={value && <Size bytes={value} />}>
        {value === null ? (
          <p className="text-muted">It has none: a tombstone.</p>
        ) : (
          <pre
            data-testid="message-value"
            className={clsx(
              'max-h-[60vh] overflow-auto font-mono text-sm',
              value.encoding === 'hex' ? 'whitespace-pre' : 'break-words whitespace-pre-wrap',
            )}
          >
            {block(value)}
          </pre>
        )}
      </Section>
    </Panel>
  );
}

function Size({ bytes }: { bytes: ShownBytes }) {
  const kind = { json: 'JSON', text: 'text', hex: 'no text, as hexadecimal digits' }[
    bytes.encoding
  ];
  return (
    <span className="text-xs text-faint">
      {kind}, {formatBytes(bytes.sizeBytes)}
      {bytes.cut && ', only the beginning'}
    </span>
  );
}

function Doors({ message: { traceId, correlationId } }: { message: Message }) {
  const href = usePageHref();
  const door = 'text-accent hover:underline';
  if (traceId === null && correlationId === null) return null;
  return (
    <p className="mt-2 flex flex-wrap gap-x-3">
      {traceId !== null && (
        <Link className={door} href={href('/traces', { trace: traceId })}>
          Open its trace
        </Link>
      )}
      {correlationId !== null && (
        <Link className={door} href={href('/logs', { correlationId })}>
          Logs of its request
        </Link>
      )}
    </p>
  );
}

/** Names and values; what is not there is left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, string | null])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-3 gap-y-1">
      {rows.map(
        ([name, value], index) =>
          value !== null && (
            <div key={`${name} ${index}`} className="contents">
              <dt className="truncate text-muted" title={name}>
                {name}
              </dt>
              <dd className="font-mono text-sm break-all">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function asAction(topic: string, { partition, offset }: Message) {
  const query = `partition=${partition}&from=${offset}&limit=1`;
  return {
    method: 'GET' as const,
    path: `/topics/${encodeURIComponent(topic)}/messages?${query}`,
    cli: [
      ...['topics', 'messages', topic, '--partition', String(partition)],
      ...['--from', String(offset), '--limit', '1'],
    ],
  };
}
