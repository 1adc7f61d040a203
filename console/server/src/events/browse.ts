import type { Message, MessagePage, MessageQuery } from '../contract/index.ts';
import { ApiProblem } from '../http/problems.ts';
import type { Broker, RawMessage } from './broker.ts';
import { showMessage, type RedrivenAt } from './show-message.ts';

/** Most messages that are read for one page; with a filter it may find nothing and go on. */
const MOST_SCANNED = 2_000;
/** Offsets of one step backwards. */
const STEP = 200;
const FETCH_BYTES = 1024 * 1024;
/** Bytes of messages after which a page ends. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Where reading goes on: below this offset, by partition. */
type Bounds = ReadonlyMap<number, number>;

/** What a page has cost so far. */
interface Budget {
  messages: number;
  bytes: number;
}

/** Reads a page of messages, newest first, by their offsets: no group notices. */
export async function browse(
  broker: Broker,
  topic: string,
  query: MessageQuery,
  redrivenAt: RedrivenAt,
): Promise<MessagePage> {
  const ends = await broker.ends(topic);
  const bounds = boundsOf(query);
  const chosen = ends.filter(
    ({ partition }) => query.partition === undefined || partition === query.partition,
  );
  if (query.partition !== undefined && chosen.length === 0) {
    throw new ApiProblem('not-found', `${topic} has no partition ${query.partition}`);
  }
  const spent: Budget = { messages: 0, bytes: 0 };
  const found: { low: number; down: number; partition: number; messages: Message[] }[] = [];
  for (const { partition, low, high } of chosen) {
    const below = Math.min(high, bounds.get(partition) ?? high);
    const share = Math.ceil(MOST_SCANNED / chosen.length);
    const part = { broker, topic, partition, low, below, query, redrivenAt, share, spent };
    found.push({ low, partition, ...(await readDown(part)) });
  }
  const messages = found
    .flatMap((part) => part.messages)
    .sort((a, b) => b.at - a.at || b.partition - a.partition || b.offset - a.offset)
    .slice(0, query.limit);
  const taken = new Set(messages);
  const next = found.map(({ partition, low, down, messages: all }) => {
    const left = all.find((message) => !taken.has(message));
    return { partition, low, below: left ? left.offset + 1 : down };
  });
  return {
    topic,
    messages,
    scanned: spent.messages,
    nextCursor: next.some(({ below, low }) => below > low) ? writeCursor(next) : null,
  };
}

interface ReadDown {
  broker: Broker;
  topic: string;
  partition: number;
  low: number;
  below: number;
  query: MessageQuery;
  redrivenAt: RedrivenAt;
  share: number;
  spent: Budget;
}

/** The newest messages of a partition below an offset that match, and how far down it went. */
async function readDown(part: ReadDown): Promise<{ messages: Message[]; down: number }> {
  const { low, query, spent } = part;
  const filtered = query.key !== undefined || query.type !== undefined;
  const messages: Message[] = [];
  let down = part.below;
  let scanned = 0;
  while (down > low && messages.length < query.limit && scanned < part.share) {
    if (scanned > 0 && spent.bytes > MOST_BYTES) break;
    const from = Math.max(low, down - (filtered ? STEP : Math.min(STEP, query.limit)));
    const read = await readRange(part, from, down);
    scanned += read.length;
    spent.messages += read.length;
    messages.push(...read.reverse().filter((message) => matches(message, query)));
    down = from;
  }
  return { messages, down };
}

/** Messages from offset `from` up to, not including, `until`; what is shown of them, not the bytes. */
async function readRange(part: ReadDown, from: number, until: number): Promise<Message[]> {
  const { broker, topic, partition, redrivenAt, spent } = part;
  const messages: Message[] = [];
  for await (const raw of readForward(broker, { topic, partition, from, until })) {
    spent.bytes += sizeOf(raw);
    messages.push(showMessage(topic, raw, redrivenAt));
  }
  return messages;
}

/** The messages of a range of offsets, oldest first. */
export async function* readForward(
  broker: Broker,
  range: { topic: string; partition: number; from: number; until: number },
): AsyncGenerator<RawMessage> {
  const { topic, partition, until } = range;
  let { from } = range;
  while (from < until) {
    const read = await broker.read({ topic, partition, from, maxBytes: FETCH_BYTES });
    // Offsets may be missing; after the last message that is there, nothing comes.
    if (read.length === 0) return;
    for (const raw of read) {
      if (raw.offset >= until) return;
      yield raw;
      from = raw.offset + 1;
    }
  }
}

function sizeOf({ key, value }: RawMessage): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}

function matches(message: Message, { key, type }: MessageQuery): boolean {
  if (key !== undefined && message.key?.text !== key) return false;
  if (type === undefined) return true;
  const own = message.event?.type ?? '';
  return type.endsWith('*') ? own.startsWith(type.slice(0, -1)) : own === type;
}

function boundsOf({ cursor, partition, from }: MessageQuery): Bounds {
  if (cursor !== undefined) return readCursor(cursor);
  if (from === undefined) return new Map();
  if (partition === undefined) {
    throw new ApiProblem('invalid-request', 'from: with partition, offsets count per partition');
  }
  return new Map([[partition, from + 1]]);
}

/** `0:12,1:7`: go on below these offsets. */
function writeCursor(places: readonly { partition: number; below: number }[]): string {
  return places.map(({ partition, below }) => `${partition}:${below}`).join(',');
}

function readCursor(cursor: string): Bounds {
  if (!/^\d{1,6}:\d{1,16}(,\d{1,6}:\d{1,16})*$/.test(cursor)) {
    throw new ApiProblem('invalid-request', 'cursor: as received in nextCursor');
  }
  return new Map(
    cursor.split(',').map((place) => {
      const [partition, below] = place.split(':').map(Number);
      return [partition ?? 0, below ?? 0];
    }),
  );
}
