import { METRIC } from '@faultline/chassis/core';
import type { Red } from '@faultline/collector/contract';
import type { FaultReach } from '../../engine/ports.ts';
import { visitEvents } from '../events/count-events.ts';
import type { Sight, Span } from '../model.ts';
import { windowOf } from '../red/subject.ts';
import { keyOf } from './judge.ts';
import { STATES, type Measure } from './measures.ts';
import { ANNOUNCEMENTS, watchOf } from './watched.ts';

/** What a fault hits, with the services whose instances it hits. */
interface Reach extends FaultReach {
  /** Services that it hits themselves, or through their instances. */
  hit: ReadonlySet<string>;
}

/** Notes a number of one subject. */
type Note = (measure: Measure, subject: string, value: number | null) => void;

const BREAKER_RANK = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Metrics of instances, and how the values of the span become one. */
const USE = [
  ['memory', 'process_resident_memory_bytes', 'max'],
  ['cpu', 'process_cpu_seconds_total', 'rate'],
  ['loopLag', METRIC.eventLoopLag, 'max'],
  ['reordered', METRIC.reordered, 'rate'],
  ['poolInUse', METRIC.poolInUse, 'max'],
  ['poolWaiting', METRIC.poolWaiting, 'max'],
] as const;

/** Numbers over a span of everything that such a fault may move. */
export async function lookAt(
  target: FaultReach,
  span: Span,
  sight: Sight,
): Promise<Record<string, number | null>> {
  const { measures, events } = watchOf(target.kind);
  const reach = reachOf(target, sight);
  const numbers: Record<string, number | null> = {};
  const note: Note = (measure, subject, value) => {
    if (measures.has(measure)) numbers[keyOf(measure, subject)] = value;
  };
  noteInstances(reach, sight, note);
  await Promise.all([
    noteCalls(reach, span, sight, note),
    measures.has('breaker') && noteBreakers(reach, sight, note),
    ...USE.filter(([measure]) => measures.has(measure)).map((use) =>
      noteUse(use, reach, span, sight, note),
    ),
    measures.has('lag') && isAboutMessages(reach, sight) && noteTopics(sight, note),
    measures.has('violations') && noteViolations(sight, note),
    ...events.map((event) => noteEvents(event, reach, span, sight, note)),
  ]);
  return numbers;
}

function reachOf(target: FaultReach, sight: Sight): Reach {
  const { services, resources, links } = sight.fleet();
  const behind = [...services, ...resources].filter(({ instances }) =>
    instances.some(({ id }) => target.instances.includes(id)),
  );
  const generators = target.kind.startsWith('load.')
    ? services.filter(({ layer }) => layer === 'load')
    : [];
  const names = (parts: readonly { name: string }[]) => parts.map(({ name }) => name);
  const sources = new Set(names(generators));
  return {
    ...target,
    hit: new Set([...target.services, ...names(behind)]),
    links: [...target.links, ...names(links.filter(({ from }) => sources.has(from)))],
  };
}

/** Links that are hit, and those to services that are. */
function concerns({ links, hit }: Reach, link: string): boolean {
  return links.includes(link) || hit.has(link.split('->')[1] ?? '');
}

async function noteCalls(reach: Reach, span: Span, sight: Sight, note: Note): Promise<void> {
  const snapshot = await sight.red(windowOf(span));
  for (const row of snapshot.links) {
    if (!concerns(reach, row.link)) continue;
    noteRed(row.link, row, note);
    note('rejected', row.link, row.rejectedPerS);
  }
  for (const row of snapshot.services) {
    if (row.operation === undefined && reach.hit.has(row.service)) noteRed(row.service, row, note);
  }
  // What is not called any more has no row, and a rate of 0.
  if (isDark(snapshot)) return;
  const called = new Set([
    ...snapshot.links.map(({ link }) => link),
    ...snapshot.services.map(({ service }) => service),
  ]);
  const meant = sight.fleet().links.map(({ name }) => name);
  for (const subject of [...meant.filter((link) => concerns(reach, link)), ...reach.hit]) {
    if (!called.has(subject)) note('calls', subject, 0);
  }
}

function isDark({ services, links }: { services: unknown[]; links: unknown[] }): boolean {
  return services.length === 0 && links.length === 0;
}

function noteRed(subject: string, red: Red, note: Note): void {
  note('calls', subject, red.ratePerS);
  note('errors', subject, red.errorRatio);
  note('p50', subject, red.p50Ms);
  note('p95', subject, red.p95Ms);
}

async function noteBreakers(reach: Reach, sight: Sight, note: Note): Promise<void> {
  const worst = new Map<string, number>();
  for (const { link, state } of await sight.breakers()) {
    if (!concerns(reach, link)) continue;
    worst.set(link, Math.max(worst.get(link) ?? 0, BREAKER_RANK[state]));
  }
  for (const [link, rank] of worst) note('breaker', link, rank);
}

function noteInstances({ instances }: Reach, sight: Sight, note: Note): void {
  const { services, resources } = sight.fleet();
  const known = [...services, ...resources].flatMap((part) => part.instances);
  for (const id of instances) {
    const own = known.find((one) => one.id === id);
    note('state', id, own ? STATES.indexOf(own.state) : -1);
    note('startedAt', id, own?.startedAt ?? null);
    note('restarts', id, own?.restarts ?? null);
  }
}

async function noteUse(
  [measure, name, aggregate]: (typeof USE)[number],
  { instances }: Reach,
  { from, to }: Span,
  sight: Sight,
  note: Note,
): Promise<void> {
  const stepMs = Math.max(1000, Math.ceil(to - from));
  for (const instance of instances) {
    const query = { name, instance, aggregate, stepMs, from: to - stepMs, to };
    const { series } = await sight.metrics(query);
    const values = series.flatMap((one) => one.values[0] ?? []);
    note(measure, instance, values.length === 0 ? null : Math.max(...values));
  }
}

/** What hits lines moves messages only on lines to the broker. */
function isAboutMessages({ kind, links }: Reach, sight: Sight): boolean {
  if (!kind.startsWith('network.')) return true;
  return sight.fleet().links.some((link) => link.kind === 'broker' && links.includes(link.name));
}

async function noteTopics(sight: Sight, note: Note): Promise<void> {
  // A broker that was hit itself does not answer; its processes and links tell.
  const topics = await sight.topics().catch(() => []);
  for (const { topic, lag, deadLetters } of topics) {
    note('lag', topic, lag);
    note('deadLetters', topic, deadLetters);
  }
}

async function noteViolations(sight: Sight, note: Note): Promise<void> {
  const { invariants } = await sight.invariants();
  for (const { name, violations } of invariants) note('violations', name, violations.length);
}

async function noteEvents(
  event: string,
  reach: Reach,
  span: Span,
  sight: Sight,
  note: Note,
): Promise<void> {
  const counts = new Map<string, number>();
  await visitEvents({ event, attributes: {} }, span, sight, (record) => {
    const { link } = record.attributes;
    const isOurs = typeof link !== 'string' || concerns(reach, link);
    if (!isOurs || record.eventName === null) return;
    counts.set(record.eventName, (counts.get(record.eventName) ?? 0) + 1);
  });
  const seconds = Math.max(1, (span.to - span.from) / 1000);
  for (const [name, count] of counts) {
    note(ANNOUNCEMENTS.has(name) ? 'announced' : 'events', name, count / seconds);
  }
}
