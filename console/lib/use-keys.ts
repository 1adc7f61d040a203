'use client';
import { useEffect, useRef } from 'react';
import { NO_KEYS, pressKey, type KeyState } from './keys.ts';
import { createStore, useStore } from './store.ts';

/** One key, what it does, and where it belongs in the list behind `?`. */
export interface KeyBinding {
  keys: string;
  label: string;
  group: 'Everywhere' | 'Pages' | 'This page';
  run: () => void;
}

interface Layer {
  id: number;
  bindings: readonly KeyBinding[];
}

const layers = createStore<readonly Layer[]>([]);
let nextId = 1;
let state: KeyState = NO_KEYS;
let listening = false;

/** Registers keys while the component is shown. The newest layer wins, so a panel's Esc comes first. */
export function useKeys(bindings: readonly KeyBinding[], enabled = true): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  const shape = bindings.map((binding) => `${binding.keys} ${binding.label}`).join('\n');
  useEffect(() => {
    if (!enabled) return;
    listen();
    const id = nextId++;
    const layer = {
      id,
      bindings: latest.current.map((binding) => ({
        ...binding,
        run: () => latest.current.find((candidate) => candidate.keys === binding.keys)?.run(),
      })),
    };
    layers.set((current) => [...current, layer]);
    return () => layers.set((current) => current.filter((candidate) => candidate.id !== id));
  }, [shape, enabled]);
}

/** Every key that works now, newest layer first, for the list behind `?`. */
export function useKeyList(): readonly KeyBinding[] {
  return useStore(layers)
    .toReversed()
    .flatMap((layer) => layer.bindings);
}

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const all = layers
      .get()
      .toReversed()
      .flatMap((layer) => layer.bindings);
    const result = pressKey(
      state,
      {
        key: event.key,
        ctrl: event.ctrlKey,
        meta: event.metaKey,
        alt: event.altKey,
        shift: event.shiftKey,
        typing: takesText(event.target),
        at: event.timeStamp,
      },
      new Set(all.map((binding) => binding.keys)),
    );
    state = result.state;
    if (result.match === null || keepsKey(event)) return;
    const binding = all.find((candidate) => candidate.keys === result.match);
    if (!binding) return;
    event.preventDefault();
    binding.run();
  });
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !['range', 'checkbox', 'radio'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and Space belong to the control that has the focus. */
function keepsKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  const target = event.target;
  return (
    target instanceof HTMLElement && target.closest('a, button, [role], summary, input') !== null
  );
}
