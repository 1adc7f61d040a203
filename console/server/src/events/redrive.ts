import { MESSAGE_HEADER, type Clock } from '@faultline/chassis/core';
import type { Message as Outgoing } from 'kafkajs';
import type { Place, RedriveProgress, RedriveRequest, RedriveResult } from '../contract/index.ts';
import type { BrokerAccess } from './access.ts';
import { readForward } from './browse.ts';
import type { Broker, PartitionEnds, RawMessage } from './broker.ts';
import type { RedriveMarks } from './redrive-marks.ts';
import { naturalOf } from './show-message.ts';

/** Messages that are sent together, and their bytes. */
const BATCH = 100;
const BATCH_BYTES = 2 * 1024 * 1024;
const DEFAULT_LIMIT = 1_000;

/** What a redrive works with. */
export interface RedriveParts {
  access: BrokerAccess;
  marks: RedriveMarks;
  clock: Clock;
  /** The topic that the dead letters came from, and go back to. */
  topic: string;
  deadLetters: string;
  report: (progress: RedriveProgress) => void;
}

type Failure = RedriveResult['failed'][number];

/**
 * Sends dead letters again, to the topic they came from, with their key, value and headers. Each is
 * marked once the broker has it: whoever asks twice sends once. If the control plane dies between
 * the two, it is sent again, and an idempotent consumer takes it for what it is.
 */
export async function redrive(
  parts: RedriveParts,
  request: RedriveRequest,
): Promise<RedriveResult> {
  const { access, marks, topic, deadLetters } = parts;
  const [ends, partitions] = await access.use(async (broker) => {
    const found = await broker.ends(deadLetters);
    await marks.reconcile(deadLetters, found, broker);
    return [found, (await broker.ends(topic)).length] as const;
  });
  const chosen = choose(request, ends, marks, deadLetters);
  const { places, failed } = chosen;
  const dryRun = request.dryRun === true;
  let sent = 0;
  let done = 0;
  const report = (running: boolean): void => {
    if (!dryRun) parts.report({ topic, running, total: places.length, done });
  };
  report(true);
  try {
    for (let at = 0; at < places.length;) {
      const batch = await access.use((broker) => readBatch(broker, deadLetters, places.slice(at)));
      at += batch.taken;
      failed.push(...batch.missing.map((place) => ({ ...place, reason: GONE })));
      const { good, strange } = sortOut(batch.messages, topic);
      failed.push(...strange);
      const accepted = dryRun ? good : await send(parts, good, partitions, failed, sent > 0);
      sent += accepted.length;
      done = at;
      if (!dryRun) await marks.add(deadLetters, accepted, parts.clock.now());
      if (accepted.length < good.length && !dryRun) break;
      report(true);
    }
  } finally {
    report(false);
  }
  const waiting = marks.waiting(deadLetters, ends);
  return { topic, dryRun, sent, skipped: chosen.skipped, failed, waiting };
}

const GONE = 'there is no such dead letter: it was never there, or is too old and gone';

/** The places to read, oldest first; what was sent earlier is left out. */
function choose(
  { offsets, limit = DEFAULT_LIMIT }: RedriveRequest,
  ends: readonly PartitionEnds[],
  marks: RedriveMarks,
  topic: string,
): { places: Place[]; skipped: number; failed: Failure[] } {
  if (offsets === undefined) {
    const places: Place[] = [];
    let skipped = 0;
    for (const { partition, low, high } of ends) {
      for (let offset = low; offset < high && places.length < limit; offset += 1) {
        if (marks.has(topic, partition, offset)) skipped += 1;
        else places.push({ partition, offset });
      }
    }
    return { places, skipped, failed: [] };
  }
  const unique = [...new Map(offsets.map((place) => [keyOf(place), place])).values()].sort(
    (a, b) => a.partition - b.partition || a.offset - b.offset,
  );
  const isThere = ({ partition, offset }: Place): boolean =>
    ends.some((end) => end.partition === partition && end.low <= offset && offset < end.high);
  const there = unique.filter(isThere);
  const places = there.filter(({ partition, offset }) => !marks.has(topic, partition, offset));
  return {
    places: places.slice(0, limit),
    skipped: there.length - places.length,
    failed: unique.filter((place) => !isThere(place)).map((place) => ({ ...place, reason: GONE })),
  };
}

/** Reads the first of the places, as many as are sent together. */
async function readBatch(
  broker: Broker,
  topic: string,
  places: readonly Place[],
): Promise<{ messages: RawMessage[]; missing: Place[]; taken: number }> {
  const [first] = places;
  const messages: RawMessage[] = [];
  if (!first) return { messages, missing: [], taken: 0 };
  // A run of offsets of one partition is read in one go.
  const run = places
    .slice(0, BATCH)
    .filter(
      (place, index) =>
        place.partition === first.partition && place.offset === first.offset + index,
    );
  const until = first.offset + run.length;
  const range = { topic, partition: first.partition, from: first.offset, until };
  let bytes = 0;
  let read = run.length;
  for await (const message of readForward(broker, range)) {
    messages.push(message);
    bytes += message.value?.length ?? 0;
    if (bytes < BATCH_BYTES) continue;
    read = message.offset - first.offset + 1;
    break;
  }
  const found = new Set(messages.map(keyOf));
  const missing = run.slice(0, read).filter((place) => !found.has(keyOf(place)));
  return { messages, missing, taken: read };
}

function keyOf({ partition, offset }: Place): string {
  return `${partition}:${offset}`;
}

/** Headers are anybody's: a dead letter goes back to the topic it lies beside, or nowhere. */
function sortOut(
  messages: readonly RawMessage[],
  topic: string,
): { good: RawMessage[]; strange: Failure[] } {
  const strange: Failure[] = [];
  const good = messages.filter((message) => {
    const named = headerOf(message, MESSAGE_HEADER.topic);
    if (named === null || named === topic) return true;
    const { partition, offset } = message;
    const reason = `its header ${MESSAGE_HEADER.topic} names ${named.slice(0, 100)}, not ${topic}`;
    strange.push({ partition, offset, reason });
    return false;
  });
  return { good, strange };
}

/** Sends a batch; what the broker refuses is sent one by one, to find the one it refuses. */
async function send(
  { access, topic, deadLetters }: RedriveParts,
  messages: readonly RawMessage[],
  partitions: number,
  failed: Failure[],
  begun: boolean,
): Promise<RawMessage[]> {
  if (messages.length === 0) return [];
  const outgoing = (message: RawMessage) => asOutgoing(message, deadLetters, partitions);
  const publish = (some: readonly RawMessage[]): Promise<string | null> =>
    access.use(async (broker) => {
      try {
        await broker.publish(topic, some.map(outgoing));
        return null;
      } catch (error) {
        if (isRefusal(error)) return error.message;
        throw error;
      }
    });
  try {
    if ((await publish(messages)) === null) return [...messages];
    const accepted: RawMessage[] = [];
    for (const message of messages) {
      const refusal = await publish([message]);
      if (refusal === null) accepted.push(message);
      else failed.push({ ...placeOf(message), reason: `the broker refuses it: ${refusal}` });
    }
    return accepted;
  } catch (error) {
    // Nothing was sent yet: the whole request failed. Else it is told how far it came.
    if (!begun) throw error;
    const reason = `not acknowledged: ${(error as Error).message}`.slice(0, 500);
    failed.push(...messages.map((message) => ({ ...placeOf(message), reason })));
    return [];
  }
}

function placeOf({ partition, offset }: RawMessage): Place {
  return { partition, offset };
}

/** The broker answered, and the answer is no: `MESSAGE_TOO_LARGE` and the like. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const causes = [error, error.cause];
  return causes.some((cause) => cause instanceof Error && cause.name === 'KafkaJSProtocolError');
}

function asOutgoing(message: RawMessage, deadLetters: string, partitions: number): Outgoing {
  const dropped: readonly string[] = [
    ...[MESSAGE_HEADER.reason, MESSAGE_HEADER.attempts, MESSAGE_HEADER.topic],
    ...[MESSAGE_HEADER.partition, MESSAGE_HEADER.offset, MESSAGE_HEADER.group],
    MESSAGE_HEADER.redrivenFrom,
  ];
  const headers = new Map<string, Buffer[]>();
  for (const { name, value } of message.headers) {
    if (!dropped.includes(name)) headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  const from = `${deadLetters}/${message.partition}/${message.offset}`;
  headers.set(MESSAGE_HEADER.redrivenFrom, [Buffer.from(from)]);
  const former = naturalOf(headerOf(message, MESSAGE_HEADER.partition));
  return {
    key: message.key,
    value: message.value,
    headers: Object.fromEntries(headers),
    // The key decides; without one, it goes where it was.
    ...(message.key === null && former !== null && former < partitions
      ? { partition: former }
      : {}),
  };
}

function headerOf({ headers }: RawMessage, name: string): string | null {
  return headers.find((header) => header.name === name)?.value.toString('utf8') ?? null;
}
