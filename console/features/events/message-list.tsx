'use client';
import type { Message } from '@faultline/server/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '@/components/button.tsx';
import { formatAbsolute, formatTime } from '@/lib/format.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { placeOf } from './lag-words.ts';

const ROW_HEIGHT = 30;

/** Older messages, which come when asked for. */
export interface Older {
  more: boolean;
  busy: boolean;
  load: () => void;
}

/** Rows of messages; only those in view exist. */
export function MessageList({
  label,
  messages,
  selected,
  onSelect,
  older,
  before,
  children,
}: {
  label: string;
  messages: readonly Message[];
  /** Place of the open one. */
  selected: string | null;
  onSelect: (place: string | null) => void;
  older: Older;
  /** Stands before each row, for instance a box to tick; clicks on it open nothing. */
  before?: (message: Message) => ReactNode;
  /** What a row says after its time and place. */
  children: (message: Message) => ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: messages.length + (older.more ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 16,
  });
  const index = messages.findIndex((message) => placeOf(message) === selected);
  const step = (by: number) => {
    const next = messages[index === -1 ? 0 : index + by];
    if (next) onSelect(placeOf(next));
  };
  useKeys([
    { keys: 'j', label: 'Next message', group: 'This page', run: () => step(1) },
    { keys: 'k', label: 'Previous message', group: 'This page', run: () => step(-1) },
  ]);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [index, virtual]);
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      {...(selected === null ? {} : { 'aria-activedescendant': `message-${selected}` })}
      className="min-h-0 flex-1 overflow-auto -outline-offset-2"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const message = messages[item.index];
          const style = { height: ROW_HEIGHT, transform: `translateY(${item.start}px)` };
          if (!message) return <OlderRow key="older" older={older} style={style} />;
          const place = placeOf(message);
          return (
            <div
              key={place}
              role="option"
              id={`message-${place}`}
              data-testid={`message-${place}`}
              aria-selected={place === selected}
              onClick={() => onSelect(place === selected ? null : place)}
              className={clsx(
                'absolute inset-x-0 flex cursor-pointer items-center gap-3 border-b border-line px-3.5 text-sm whitespace-nowrap',
                place === selected ? 'bg-accent-soft' : 'hover:bg-hover/60',
              )}
              style={style}
            >
              {before && (
                <span onClick={(event) => event.stopPropagation()}>{before(message)}</span>
              )}
              <span
                className="shrink-0 font-mono text-faint max-md:hidden"
                title={formatAbsolute(message.at)}
              >
                {formatTime(message.at, true)}
              </span>
              <span
                className="w-14 shrink-0 font-mono text-muted tabular-nums"
                title={`partition ${message.partition}, offset ${message.offset}`}
              >
                {place}
              </span>
              {children(message)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function OlderRow({ older, style }: { older: Older; style: React.CSSProperties }) {
  return (
    <div className="absolute inset-x-0 flex items-center justify-center" style={style}>
      <Button size="small" tone="ghost" busy={older.busy} onClick={older.load}>
        Older messages
      </Button>
    </div>
  );
}
