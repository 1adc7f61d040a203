import type { Breaker, LogRecord, RedSnapshot, SagaPage } from '@faultline/collector/contract';
import type { Mark, StreamEvent } from '@faultline/server/contract';
import { queryKeys } from './query-keys.ts';

/** Where an event's data go: the cache, as a small interface so that the rule can be tested. */
export interface CacheWriter {
  set<T>(key: readonly unknown[], update: (current: T | undefined) => T): void;
  invalidate(key: readonly unknown[]): void;
}

/** Snapshots kept for sparklines: five minutes at one a second. */
export const RED_HISTORY = 300;
const MARKS = 500;
const HAPPENED = 200;

/** Writes one event of the live stream into the cache. */
export function applyStreamEvent(cache: CacheWriter, message: StreamEvent): void {
  switch (message.event) {
    case 'fleet':
      return cache.set(queryKeys.fleet, () => message.data);
    case 'faults':
      return cache.set(queryKeys.faults, () => message.data);
    case 'load':
      return cache.set(queryKeys.load, () => message.data);
    case 'policies':
      return cache.invalidate(queryKeys.policies);
    case 'audited':
      return cache.invalidate(queryKeys.audit());
    case 'mark':
      return cache.set<Mark[]>(queryKeys.liveMarks, (marks) => withMark(marks ?? [], message.data));
    case 'red':
      cache.set(queryKeys.red, () => message.data);
      return cache.set<RedSnapshot[]>(queryKeys.redHistory, (history) =>
        [...(history ?? []).filter((kept) => kept.at < message.data.at), message.data].slice(
          -RED_HISTORY,
        ),
      );
    case 'breakers':
      return cache.set<Breaker[]>(queryKeys.breakers, () => message.data.breakers);
    case 'sagas':
      cache.set<SagaPage['counts']>(queryKeys.sagaCounts, () => message.data.counts);
      return;
    case 'happened':
      return cache.set<LogRecord[]>(queryKeys.happened, (records) =>
        [message.data, ...(records ?? []).filter((kept) => kept.id !== message.data.id)].slice(
          0,
          HAPPENED,
        ),
      );
    case 'stats':
      return cache.set(queryKeys.stats, () => message.data);
    case 'redrive':
      cache.set(queryKeys.redrive, () => message.data);
      if (!message.data.running) cache.invalidate(queryKeys.topics);
      return;
    case 'run':
      cache.invalidate(queryKeys.runs());
      if (message.data.state === 'ended') cache.invalidate(queryKeys.experiments);
      return;
    case 'collector':
      return;
  }
}

/** Marks with one added, or replaced when it is an open band that has ended; by time. */
export function withMark(marks: readonly Mark[], mark: Mark): Mark[] {
  const others = marks.filter((kept) => kept.id !== mark.id);
  return [...others, mark].sort((a, b) => a.at - b.at).slice(-MARKS);
}

/** Marks of two sources as one list by time; the later source wins where both know a mark. */
export function mergeMarks(older: readonly Mark[], newer: readonly Mark[]): Mark[] {
  const byId = new Map(older.map((mark) => [mark.id, mark]));
  for (const mark of newer) byId.set(mark.id, mark);
  return [...byId.values()].sort((a, b) => a.at - b.at);
}
