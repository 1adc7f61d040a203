'use client';
import { useSyncExternalStore } from 'react';

const TICK_MS = 250;
let now = 0;
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** This machine's clock, rounded down to `stepMs` so that a component renders no more than needed. */
export function useNow(stepMs = 1000): number {
  const read = () => Math.floor((now === 0 ? Date.now() : now) / stepMs) * stepMs;
  return useSyncExternalStore(subscribe, read, () => 0);
}
