'use client';
import { createStore, useStore } from './store.ts';

/** How the live stream stands. */
export type Connection = 'connecting' | 'open' | 'lost';

/** Shared state of liveness: one home, whatever page is shown. */
export interface Live {
  /** Paused by a person: nothing on any page changes until they go on. */
  paused: boolean;
  /** When it was paused, by this machine's clock; null while live. */
  pausedAt: number | null;
  connection: Connection;
  /** False when the control plane has lost the collector: numbers grow old. */
  collector: boolean;
  /** When the newest data came, by this machine's clock; null before the first. */
  receivedAt: number | null;
  /** How much later this machine's clock reads than the control plane's, milliseconds. */
  skewMs: number;
}

/** See {@link Live}. */
export const live = createStore<Live>({
  paused: false,
  pausedAt: null,
  connection: 'connecting',
  collector: true,
  receivedAt: null,
  skewMs: 0,
});

/** Follows {@link live}. */
export function useLive(): Live {
  return useStore(live);
}

/** Pauses or goes on. */
export function setPaused(paused: boolean): void {
  live.set((current) => ({ ...current, paused, pausedAt: paused ? Date.now() : null }));
}

/** `refetchInterval` that stands still while paused: `useQuery({ …, refetchInterval: usePolling(2000) })`. */
export function usePolling(everyMs: number): number | false {
  return useLive().paused ? false : everyMs;
}
