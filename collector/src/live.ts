import { EVENT, type Clock } from '@faultline/chassis/core';
import type { Saga } from './contract/index.ts';
import { createBreakerBook, type BreakerBook, type GaugeSample } from './derive/breakers.ts';
import { createRedBook, type RedBook } from './derive/red.ts';
import { createSagaBook, type SagaBook } from './derive/sagas.ts';
import type { LogEntry, SpanRecord } from './model/records.ts';

/** Who wants to know of changes as they happen. */
export interface LiveListener {
  breakersChanged(): void;
  sagaChanged(saga: Saga): void;
  /** An event worth a mark on a chart. */
  happened(entry: LogEntry): void;
}

/** What is derived straight from the incoming stream, before anything is stored. */
export interface Live {
  readonly red: RedBook;
  readonly breakers: BreakerBook;
  readonly sagas: SagaBook;
  /** Services that have sent anything. */
  readonly reporting: ReadonlySet<string>;
  addSpans(spans: readonly SpanRecord[]): void;
  addLogs(logs: readonly LogEntry[]): void;
  addScrape(instance: string, at: number, samples: readonly GaugeSample[]): void;
  /** Takes events of an earlier run, without telling listeners. */
  restore(logs: readonly LogEntry[]): void;
  /** @returns a function that ends it */
  listen(listener: LiveListener): () => void;
}

const WORTH_A_MARK: ReadonlySet<string | null> = new Set([
  EVENT.breakerStateChanged,
  EVENT.sagaStuck,
  EVENT.deadLetterPublished,
]);

/** Creates an empty live state. */
export function createLive(clock: Clock): Live {
  const red = createRedBook(clock);
  const breakers = createBreakerBook();
  const sagas = createSagaBook();
  const reporting = new Set<string>();
  const listeners = new Set<LiveListener>();

  function changed(): void {
    for (const listener of listeners) listener.breakersChanged();
  }

  return {
    red,
    breakers,
    sagas,
    reporting,
    addSpans(spans) {
      for (const span of spans) {
        if (reporting.size < 1000) reporting.add(span.service);
        red.add(span);
        breakers.addSpan(span);
      }
    },
    addLogs(logs) {
      let breakerChanged = false;
      for (const log of logs) {
        if (log.eventName === null) continue;
        if (breakers.addLog(log)) breakerChanged = true;
        const saga = sagas.add(log);
        if (saga) for (const listener of listeners) listener.sagaChanged(saga);
        if (!WORTH_A_MARK.has(log.eventName)) continue;
        for (const listener of listeners) listener.happened(log);
      }
      if (breakerChanged) changed();
    },
    addScrape(instance, at, samples) {
      if (breakers.addScrape(instance, at, samples)) changed();
    },
    restore(logs) {
      for (const log of logs) {
        breakers.addLog(log);
        sagas.add(log);
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
