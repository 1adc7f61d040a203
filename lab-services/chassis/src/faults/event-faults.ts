import type { Random } from '../core/index.ts';
import type { ActiveFaults } from './active-faults.ts';

/** What faults of kind `events.*` do to the consumers of this instance. */
export interface EventFaults {
  /** Whether there may be anything to ask for. */
  readonly isAny: boolean;
  /** Whether events of `topic` are to be left where they are. */
  isPaused(topic: string): boolean;
  /** Calls `changed` whenever {@link EventFaults.isPaused} may answer otherwise, until disposed. */
  followPauses(changed: () => void): Disposable;
  /** Draws whether an event of `topic` that was handled is handled once more. */
  isRepeated(topic: string): boolean;
  /** How many events of `topic` are handled in reverse; undefined while none are. */
  reorderWindow(topic: string): number | undefined;
}

/** Creates {@link EventFaults}. */
export function createEventFaults(faults: ActiveFaults, random: Random): EventFaults {
  const concerns = ({ topic }: { topic?: string | undefined }, asked: string) =>
    topic === undefined || topic === asked;
  return {
    get isAny() {
      return faults.isAny;
    },
    isPaused: (topic) =>
      faults.of('events.consumer-pause').some(({ fault }) => concerns(fault, topic)),
    followPauses: (changed) =>
      faults.during('events.consumer-pause', ({ over }) => {
        changed();
        over.addEventListener('abort', changed, { once: true });
      }),
    isRepeated: (topic) =>
      faults
        .of('events.duplicate')
        .some(({ fault }) => concerns(fault, topic) && random.next() < fault.ratio),
    reorderWindow: (topic) =>
      faults.of('events.reorder').find(({ fault }) => concerns(fault, topic))?.fault.window,
  };
}
