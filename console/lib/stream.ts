'use client';
import type { StreamEvent } from '@faultline/server/contract';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { live } from './live.ts';
import { createStore } from './store.ts';
import { applyStreamEvent } from './stream-reducer.ts';

const EVENTS: readonly StreamEvent['event'][] = [
  'fleet',
  'faults',
  'load',
  'mark',
  'policies',
  'audited',
  'redrive',
  'run',
  'collector',
  'red',
  'breakers',
  'sagas',
  'happened',
  'stats',
];
/** Of what came while paused only so much is kept; the rest is asked for again when going on. */
const HELD = 500;
const RECONNECT_MS = 2000;

/** The newest message, for features that want the messages themselves (new rows behind "14 new"). */
export const newestEvent = createStore<StreamEvent | null>(null);

/** Opens the one live stream of the page; the frame does so once. */
export function useLiveStream(): void {
  const client = useQueryClient();
  useEffect(() => openStream(client), [client]);
}

function openStream(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let held: StreamEvent[] = [];
  let overflowed = false;

  const connect = () => {
    source = new EventSource('/api/stream');
    source.onopen = () => live.set((current) => ({ ...current, connection: 'open' }));
    source.onerror = () => {
      live.set((current) => ({ ...current, connection: 'lost' }));
      // The browser gives up for good after an answer that is not a stream; then we ask again.
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(connect, RECONNECT_MS);
    };
    for (const event of EVENTS) {
      source.addEventListener(event, (message: MessageEvent<string>) => {
        const parsed = parse(event, message.data);
        if (parsed) receive(parsed);
      });
    }
  };
  const receive = (message: StreamEvent) => {
    note(message);
    if (live.get().paused) {
      overflowed ||= held.length >= HELD;
      held = [...held.slice(-(HELD - 1)), message];
      return;
    }
    write(client, message);
  };
  const ended = live.subscribe(() => {
    if (live.get().paused || (held.length === 0 && !overflowed)) return;
    const waiting = held;
    held = [];
    for (const message of waiting) write(client, message);
    overflowed = false;
    void client.invalidateQueries();
  });

  connect();
  return () => {
    clearTimeout(retry);
    ended();
    source?.close();
  };
}

function parse(event: string, data: string): StreamEvent | null {
  try {
    return { event, data: JSON.parse(data) as unknown } as StreamEvent;
  } catch {
    return null;
  }
}

function note(message: StreamEvent): void {
  if (message.event === 'collector') {
    live.set((current) => ({ ...current, collector: message.data.connected }));
  }
  if (message.event === 'red') {
    const receivedAt = Date.now();
    live.set((current) => ({ ...current, receivedAt, skewMs: receivedAt - message.data.at }));
  }
}

function write(client: QueryClient, message: StreamEvent): void {
  applyStreamEvent(
    {
      set: (key, update) => {
        client.setQueryData(key, update);
      },
      invalidate: (queryKey) => void client.invalidateQueries({ queryKey }),
    },
    message,
  );
  newestEvent.set(message);
}
