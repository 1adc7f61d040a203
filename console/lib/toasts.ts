'use client';
import { errorDetail } from './api.ts';
import { createStore } from './store.ts';

/** One line at the foot of the page: what was done, or why it was not. */
export interface Toast {
  id: number;
  tone: 'done' | 'fault' | 'failed';
  text: string;
  /** The way back, if there is one. */
  undo?: { label: string; run: () => void };
  /** A line replaces the older ones of its topic: their way back is no longer one. */
  topic?: string;
}

/** The toasts shown, oldest first. */
export const toasts = createStore<readonly Toast[]>([]);
const SHOWN = 3;
const DONE_MS = 6000;
const FAILED_MS = 12_000;
let nextId = 1;

/** Shows a line for some seconds. */
export function toast(line: Omit<Toast, 'id'>): void {
  const id = nextId++;
  toasts.set((current) =>
    [
      ...current.filter((older) => line.topic === undefined || older.topic !== line.topic),
      { ...line, id },
    ].slice(-SHOWN),
  );
  setTimeout(() => dismissToast(id), line.tone === 'failed' ? FAILED_MS : DONE_MS);
}

/** Shows why something failed: `Could not pause payments-1: …`. */
export function toastFailure(what: string, error: unknown): void {
  toast({ tone: 'failed', text: `${what}: ${errorDetail(error)}` });
}

/** Takes a line away. */
export function dismissToast(id: number): void {
  toasts.set((current) => current.filter((line) => line.id !== id));
}
