import type { Clock } from '@faultline/chassis/core';
import type { LaunchProgress } from './contract.ts';
import { LaunchError } from './errors.ts';
import type { PlannedInstance } from './plan/model.ts';
import { createSlots } from './slots.ts';

/** What is started, and how. */
export interface LaunchOrder {
  instances: readonly PlannedInstance[];
  /** By instance id: what a person should know about its address. */
  notes: Readonly<Record<string, string>>;
  /** Instances that start at the same time. */
  concurrency: number;
  clock: Clock;
  /** Resolves when the instance is ready. */
  start: (planned: PlannedInstance, signal: AbortSignal) => Promise<void>;
  report: (progress: LaunchProgress) => void;
}

/**
 * Starts every part as soon as what it stands on is ready, so many instances at a time. The first
 * failure ends the launch.
 *
 * @throws LaunchError
 */
export async function launchInOrder(order: LaunchOrder, abort: AbortSignal): Promise<void> {
  const startedAt = order.clock.monotonicMs();
  const report = (part: string, state: LaunchProgress['state'], detail: string): void => {
    const elapsedMs = Math.round(order.clock.monotonicMs() - startedAt);
    order.report({ part, state, detail, elapsedMs });
  };
  const slots = createSlots(order.concurrency);
  const failed = new AbortController();
  const signal = AbortSignal.any([abort, failed.signal]);
  const parts = Map.groupBy(order.instances, (planned) => planned.part);
  const ready = new Map([...parts.keys()].map((part) => [part, Promise.withResolvers<void>()]));

  const startPart = async (part: string, members: readonly PlannedInstance[]): Promise<void> => {
    for (const needed of members[0]?.after ?? []) await ready.get(needed)?.promise;
    const startOne = async (planned: PlannedInstance): Promise<void> => {
      signal.throwIfAborted();
      report(part, 'starting', order.notes[planned.id] ?? '');
      await order.start(planned, signal);
    };
    await Promise.all(members.map((planned) => slots.run(() => startOne(planned))));
    report(part, 'ready', describe(members, order.notes));
  };

  for (const part of parts.keys()) report(part, 'waiting', '');
  let first: LaunchError | null = null;
  await Promise.all(
    [...parts].map(async ([part, members]) => {
      const mine = ready.get(part);
      mine?.promise.catch(() => undefined);
      try {
        await startPart(part, members);
        mine?.resolve();
      } catch (cause) {
        if (!signal.aborted) {
          report(part, 'failed', (cause as Error).message);
          first = new LaunchError('part-failed', part, (cause as Error).message, { cause });
          failed.abort();
        }
        mine?.reject(cause);
      }
    }),
  );
  if (abort.aborted) throw new LaunchError('stopped', null, 'The launch was stopped.');
  if (first) throw first as LaunchError;
}

function describe(
  members: readonly PlannedInstance[],
  notes: Readonly<Record<string, string>>,
): string {
  const told = members.flatMap((planned) => notes[planned.id] ?? []);
  if (told.length > 0) return told.join('; ');
  const ports = members.map((planned) => planned.port);
  return `port${ports.length > 1 ? 's' : ''} ${ports.join(', ')}`;
}
