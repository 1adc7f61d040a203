import type { Chassis } from '@faultline/chassis';
import { isDeepStrictEqual } from 'node:util';
import type { LoadFault } from './fault.ts';

/** The faults that this process holds; each ends by itself when nobody tells of it again. */
export interface FaultBook extends Disposable {
  /** Begins the fault, or prolongs it; one of other contents under the same id replaces it. */
  tell(id: string, fault: LoadFault, ttlMs: number): void;
  /** Ends the fault; no error when there is none. */
  forget(id: string): void;
  list(): { id: string; fault: LoadFault; leftMs: number }[];
}

interface Entry {
  fault: LoadFault;
  effect: Disposable;
  /** Monotonic. */
  untilMs: number;
  end: AbortController;
}

/**
 * Creates an empty book.
 *
 * @param begin starts the effect of a fault; disposing of it ends the effect
 */
export function createFaultBook(
  { clock, log }: Pick<Chassis, 'clock' | 'log'>,
  begin: (fault: LoadFault) => Disposable,
): FaultBook {
  const entries = new Map<string, Entry>();

  const end = (id: string, why: string): void => {
    const entry = entries.get(id);
    if (!entry) return;
    entries.delete(id);
    entry.end.abort(new Error(why));
    entry.effect[Symbol.dispose]();
    log.info({ fault: entry.fault.kind, why }, 'fault ended');
  };

  const endInTime = async (id: string, entry: Entry): Promise<void> => {
    const { signal } = entry.end;
    for (;;) {
      const leftMs = entry.untilMs - clock.monotonicMs();
      if (leftMs <= 0) return end(id, 'nobody told of it again');
      await clock.sleep(leftMs, signal);
    }
  };

  return {
    tell(id, fault, ttlMs) {
      const untilMs = clock.monotonicMs() + ttlMs;
      const known = entries.get(id);
      if (known && isDeepStrictEqual(known.fault, fault)) {
        known.untilMs = untilMs;
        return;
      }
      end(id, 'it was replaced');
      const entry = { fault, effect: begin(fault), untilMs, end: new AbortController() };
      entries.set(id, entry);
      log.info({ fault: fault.kind }, 'fault began');
      endInTime(id, entry).catch(() => undefined);
    },
    forget: (id) => end(id, 'it was told to end'),
    list: () =>
      [...entries].map(([id, { fault, untilMs }]) => ({
        ...{ id, fault },
        leftMs: Math.max(0, Math.ceil(untilMs - clock.monotonicMs())),
      })),
    [Symbol.dispose]() {
      for (const id of [...entries.keys()]) end(id, 'the generator ends');
    },
  };
}
