import type { Clock } from '@faultline/chassis/core';
import type { Fleet, PartStatus } from '@faultline/fleet';
import { z } from 'zod';
import type { Operator } from '../../data/operator.ts';
import type { TopicControl } from '../../events/topics.ts';
import { askGauges } from '../../lab/ask-gauges.ts';

/** What is looked at. */
export interface QuietParts {
  fleet: Fleet;
  clock: Clock;
  operator: Operator;
  topics: Pick<TopicControl, 'overview'>;
}

const LOOK_EVERY_MS = 200;
const OUTBOX_GAUGE = 'outbox_pending';

const count = z.int().min(0);
/** As much of what services tell of themselves as says whether work is under way. */
const factsSchema = z.object({
  outboxPending: count.default(0),
  sagas: z.object({ running: count, compensating: count }).optional(),
});

/** What the load generator tells of itself. */
const flightSchema = z.object({ inFlight: count });
const LOAD_LAYER = 'load';

/** Services whose audit tells of sagas and of their outbox. */
const TELLING = ['orders', 'catalog'];

/**
 * Waits until no request is under way, no saga runs, every outbox is empty and every consumer has read everything.
 *
 * @returns what still waits after `withinMs`, for people; empty when all is quiet
 */
export async function awaitQuiet(
  parts: QuietParts,
  withinMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const { clock } = parts;
  const since = clock.now();
  const endMs = clock.monotonicMs() + withinMs;
  for (;;) {
    const waiting = await lookAround(parts, since, signal);
    if (waiting.length === 0 || clock.monotonicMs() >= endMs) return waiting;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function lookAround(
  parts: QuietParts,
  since: number,
  signal: AbortSignal,
): Promise<string[]> {
  const services = parts.fleet.status().services.filter(({ instances }) => instances.length > 0);
  // First: a customer who is still logging in may place an order when all the rest was looked at.
  const flying = await Promise.all(
    services.filter(({ layer }) => layer === LOAD_LAYER).map((part) => flightOf(parts, part)),
  );
  signal.throwIfAborted();
  if (flying.flat().length > 0) return flying.flat();
  const found = await Promise.all([
    ...services
      .filter(({ name }) => TELLING.includes(name))
      .map(({ name }) => factsOf(parts, name)),
    ...services
      .filter(({ name }) => !TELLING.includes(name))
      .map(({ name, instances }) => outboxOf(parts, name, instances, signal)),
    lagOf(parts, since),
  ]);
  signal.throwIfAborted();
  return found.flat();
}

/** Requests that customers wait for; a generator that is down has none. */
async function flightOf(
  { fleet, operator }: QuietParts,
  { name, instances }: PartStatus,
): Promise<string[]> {
  const ready = instances.find(({ state }) => state === 'ready');
  if (!ready || fleet.directUrl(ready.id) === null) return [];
  try {
    const { inFlight } = await operator.ask(name, 'GET', '/load', flightSchema);
    return inFlight > 0 ? [`${inFlight} requests are under way`] : [];
  } catch (error) {
    return [`${name} does not tell: ${(error as Error).message}`];
  }
}

async function factsOf({ operator }: QuietParts, service: string): Promise<string[]> {
  try {
    const facts = await operator.ask(service, 'GET', '/internal/audit', factsSchema);
    const sagas = (facts.sagas?.running ?? 0) + (facts.sagas?.compensating ?? 0);
    return [
      ...(sagas > 0 ? [`${sagas} sagas run`] : []),
      ...(facts.outboxPending > 0 ? [`${facts.outboxPending} events wait in ${service}`] : []),
    ];
  } catch (error) {
    return [`${service} does not tell: ${(error as Error).message}`];
  }
}

async function outboxOf(
  { fleet }: QuietParts,
  service: string,
  instances: readonly { id: string; state: string }[],
  signal: AbortSignal,
): Promise<string[]> {
  const ready = instances.filter(({ state }) => state === 'ready');
  const gauges = await Promise.all(ready.map(({ id }) => askGauges(fleet, id, signal)));
  const pending = gauges
    .flatMap((one) => one ?? [])
    .filter(({ name }) => name === OUTBOX_GAUGE)
    .map(({ value }) => value);
  // Every instance counts the same table.
  const waiting = Math.max(0, ...pending);
  return waiting > 0 ? [`${waiting} events wait in ${service}`] : [];
}

async function lagOf({ fleet, topics }: QuietParts, since: number): Promise<string[]> {
  if (!fleet.status().resources.some(({ name }) => name === 'kafka')) return [];
  try {
    const look = await topics.overview();
    // An older look says nothing of what was produced meanwhile.
    if (look.at < since) return ['the broker has not been asked yet'];
    return look.topics.flatMap(({ name, groups }) =>
      groups.flatMap(({ group, lag }) => (lag > 0 ? [`${group} is ${lag} behind on ${name}`] : [])),
    );
  } catch (error) {
    return [`the broker does not tell: ${(error as Error).message}`];
  }
}
