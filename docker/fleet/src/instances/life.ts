import type { InstanceState } from '../contract.ts';

/** Life of one instance; each state carries only its own data. */
export type Life =
  | { state: 'stopped' }
  | { state: 'starting'; detail: string }
  | { state: 'ready'; since: number }
  | { state: 'paused'; since: number }
  | { state: 'crashed'; detail: string; upMs: number };

/** What may happen to an instance. `at`: monotonic milliseconds. */
export type LifeEvent =
  | { kind: 'spawned' }
  | { kind: 'became-ready'; at: number }
  | { kind: 'was-paused' }
  | { kind: 'was-resumed' }
  | { kind: 'exited'; at: number; reason: string; asked: boolean };

const ALLOWED: Record<LifeEvent['kind'], readonly InstanceState[]> = {
  spawned: ['stopped', 'crashed', 'starting'],
  'became-ready': ['starting'],
  'was-paused': ['ready'],
  'was-resumed': ['paused'],
  exited: ['starting', 'ready', 'paused'],
};

/** The state after `event`. A move that cannot happen throws: it is a bug of the caller. */
export function nextLife(life: Life, event: LifeEvent): Life {
  if (!ALLOWED[event.kind].includes(life.state)) {
    throw new Error(`An instance that is ${life.state} cannot have ${event.kind}.`);
  }
  switch (event.kind) {
    case 'spawned':
      return { state: 'starting', detail: 'starting' };
    case 'became-ready':
      return { state: 'ready', since: event.at };
    case 'was-paused':
      return { state: 'paused', since: sinceOf(life, 0) };
    case 'was-resumed':
      return { state: 'ready', since: sinceOf(life, 0) };
    case 'exited':
      if (event.asked) return { state: 'stopped' };
      return {
        state: 'crashed',
        detail: event.reason,
        upMs: 'since' in life ? event.at - life.since : 0,
      };
  }
}

function sinceOf(life: Life, fallback: number): number {
  return 'since' in life ? life.since : fallback;
}
