'use client';
import type { LogRecord } from '@faultline/collector/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useRef } from 'react';
import { formatAbsolute, formatTime } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { severityTone } from '@/lib/severity.ts';

const ROW_HEIGHT = 24;

/** Lines of log; only those in view exist. */
export function LogList({
  records,
  selected,
  onSelect,
}: {
  records: readonly LogRecord[];
  selected: string | null;
  onSelect: (id: string | null) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 16,
  });
  const index = records.findIndex((record) => record.id === selected);
  const step = (by: number) => {
    const next = records[index === -1 ? 0 : index + by];
    if (next) onSelect(next.id);
  };
  useKeys([
    { keys: 'j', label: 'Next line', group: 'This page', run: () => step(1) },
    { keys: 'k', label: 'Previous line', group: 'This page', run: () => step(-1) },
  ]);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [index, virtual]);
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Log lines"
      tabIndex={0}
      {...(selected === null ? {} : { 'aria-activedescendant': `log-${selected}` })}
      className="min-h-0 flex-1 overflow-auto -outline-offset-2"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const record = records[item.index];
          if (!record) return null;
          return (
            <div
              key={record.id}
              role="option"
              id={`log-${record.id}`}
              aria-selected={record.id === selected}
              onClick={() => onSelect(record.id === selected ? null : record.id)}
              className={clsx(
                'absolute inset-x-0 flex cursor-pointer items-center gap-3 border-b border-line px-3.5 font-mono text-sm whitespace-nowrap',
                record.id === selected ? 'bg-accent-soft' : 'hover:bg-hover/60',
              )}
              style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}
            >
              <span className="shrink-0 text-faint" title={formatAbsolute(record.at)}>
                {formatTime(record.at, true)}
              </span>
              <span className={clsx('w-10 shrink-0', severityTone(record.severity))}>
                {record.severity}
              </span>
              <span className="flex w-32 shrink-0 items-center gap-1.5 max-md:w-20">
                <i
                  aria-hidden
                  className="h-3 w-[3px] shrink-0 rounded-full"
                  style={{ background: serviceColour(record.service) }}
                />
                <span className="truncate">{record.instance ?? record.service}</span>
              </span>
              <span className="min-w-0 truncate">
                {record.eventName !== null && (
                  <b className="mr-2 font-semibold text-strong">{record.eventName}</b>
                )}
                {record.body}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
