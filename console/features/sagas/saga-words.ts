import type { Saga, SagaDetail } from '@faultline/collector/contract';
import type { ChipTone } from '@/components/chip.tsx';

/** How a state of a saga is coloured; the word stands beside the colour. */
export const SAGA_TONE: Readonly<Record<Saga['state'], ChipTone>> = {
  running: 'accent',
  compensating: 'warn',
  completed: 'ok',
  compensated: 'warn',
  stuck: 'bad',
};

/** One sentence on what a state means. */
export const SAGA_MEANING: Readonly<Record<Saga['state'], string>> = {
  running: 'on its way',
  compensating: 'a step failed; what was done is being undone',
  completed: 'every step done, the order is confirmed',
  compensated: 'undone completely, the order has failed in good order',
  stuck: 'an undo keeps failing; it is retried until it works',
};

/** One sentence on who leads the steps. */
export const STYLE_MEANING: Readonly<Record<Saga['style'], string>> = {
  orchestrated: 'orders calls one service after the other',
  choreographed: 'services react to each other’s events, orders listens',
};

/** What an unfinished saga waits for, in words; null when it ended. */
export function waitingText({ state, waitingFor, remaining }: Saga): string | null {
  if (waitingFor === null || remaining.length === 0) return null;
  const what = state === 'running' ? 'to take' : 'to undo';
  return `Waits for ${waitingFor}; still ${what}: ${remaining.join(', ')}`;
}

/** Rough order of states in the funnel. */
export const FUNNEL = ['running', 'completed', 'compensated', 'stuck'] as const;

/** A short id for people: the first part of a long one. */
export function shortId(id: string): string {
  return id.length > 13 ? `${id.slice(0, 8)}…` : id;
}

/** What an entry of the story says beyond its event and step; null when it repeats them. */
export function entryDetail({
  event,
  step,
  detail,
}: SagaDetail['timeline'][number]): string | null {
  const repeats =
    detail === '' || detail === event || detail === step || detail === `${event}: ${step}`;
  return repeats ? null : detail;
}
