import { join } from 'node:path';
import { DEAD_LETTER_SUFFIX, type Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type {
  MessagePage,
  MessageQuery,
  RedriveProgress,
  RedriveRequest,
  RedriveResult,
  Topics,
} from '../contract/index.ts';
import { ApiProblem } from '../http/problems.ts';
import type { StreamHub } from '../stream/hub.ts';
import { createBrokerAccess, type BrokerAccess } from './access.ts';
import { browse } from './browse.ts';
import type { Broker, PartitionEnds } from './broker.ts';
import { overviewOf, positionsOf, type Look, type Waiting } from './overview.ts';
import { createRates } from './rates.ts';
import { openRedriveMarks, type RedriveMarks } from './redrive-marks.ts';
import { redrive } from './redrive.ts';

/** The topics of the fleet's broker: looked at and, for dead letters, sent again. */
export interface TopicControl extends AsyncDisposable {
  overview(): Promise<Topics>;
  messages(topic: string, query: MessageQuery): Promise<MessagePage>;
  deadLetters(topic: string, query: MessageQuery): Promise<MessagePage>;
  redrive(topic: string, request: RedriveRequest): Promise<RedriveResult>;
}

/** What is needed for it. */
export interface TopicControlParts {
  fleet: Fleet;
  clock: Clock;
  /** Marks of what was redriven are kept there. */
  dataDir: string;
  /** Told as a redrive goes on. */
  hub: StreamHub;
}

/** However many look: the broker is asked this often, milliseconds. */
const LOOK_EVERY_MS = 1_000;
const MOST_TOPICS = 200;

/** Nothing is connected, measured or loaded before somebody looks. */
export async function createTopicControl(parts: TopicControlParts): Promise<TopicControl> {
  const marks = await openRedriveMarks(join(parts.dataDir, 'redriven.jsonl'));
  return new LookingTopicControl(parts, marks, createBrokerAccess(parts.fleet, parts.clock));
}

class LookingTopicControl implements TopicControl {
  readonly #parts: TopicControlParts;
  readonly #marks: RedriveMarks;
  readonly #access: BrokerAccess;
  readonly #rates = createRates();
  /** Times of dead letters, by place: they do not change. */
  readonly #times = new Map<string, number | null>();
  #last: { atMs: number; topics: Promise<Topics> } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: TopicControlParts, marks: RedriveMarks, access: BrokerAccess) {
    this.#parts = parts;
    this.#marks = marks;
    this.#access = access;
  }

  overview(): Promise<Topics> {
    const atMs = this.#parts.clock.monotonicMs();
    if (this.#last && atMs - this.#last.atMs < LOOK_EVERY_MS) return this.#last.topics;
    const topics = this.#access.use((broker) => this.#look(broker));
    this.#last = { atMs, topics };
    topics.catch(() => {
      if (this.#last?.topics === topics) this.#last = null;
    });
    return topics;
  }

  messages(topic: string, query: MessageQuery): Promise<MessagePage> {
    return this.#access.use(async (broker) => {
      await requireTopics(broker, topic);
      return browse(broker, topic, query, (raw) => this.#marks.redrivenAt(topic, raw));
    });
  }

  deadLetters(topic: string, query: MessageQuery): Promise<MessagePage> {
    const { deadLetters } = pairOf(topic);
    return this.messages(deadLetters, query);
  }

  redrive(topic: string, request: RedriveRequest): Promise<RedriveResult> {
    const pair = pairOf(topic);
    // One at a time: two at once would both find the same dead letters unmarked.
    const result = this.#turn.then(async () => {
      await this.#access.use((broker) => requireTopics(broker, pair.topic, pair.deadLetters));
      const { clock, hub } = this.#parts;
      const report = (data: RedriveProgress) => hub.publish({ event: 'redrive', data });
      const answer = await redrive(
        { access: this.#access, marks: this.#marks, clock, report, ...pair },
        request,
      );
      this.#last = null;
      return answer;
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#access[Symbol.asyncDispose]();
  }

  async #look(broker: Broker): Promise<Topics> {
    const names = (await broker.topics()).slice(0, MOST_TOPICS);
    const [ends, groups] = await Promise.all([
      Promise.all(names.map(async (name) => [name, await broker.ends(name)] as const)),
      broker.groups(),
    ]);
    const look: Look = { ends: new Map(ends), groups };
    this.#rates.add(this.#parts.clock.monotonicMs(), positionsOf(look));
    const waiting = await this.#waiting(broker, look);
    return { at: this.#parts.clock.now(), topics: overviewOf(look, this.#rates, waiting) };
  }

  async #waiting(broker: Broker, { ends }: Look): Promise<Waiting> {
    const waiting = new Map<string, { waiting: number; oldestAt: number | null }>();
    for (const [topic, partitions] of ends) {
      if (!topic.endsWith(DEAD_LETTER_SUFFIX)) continue;
      await this.#marks.reconcile(topic, partitions, broker);
      const left = this.#marks.waiting(topic, partitions);
      const oldestAt = left === 0 ? null : await this.#oldest(broker, topic, partitions);
      waiting.set(topic, { waiting: left, oldestAt });
    }
    return waiting;
  }

  async #oldest(
    broker: Broker,
    topic: string,
    partitions: readonly PartitionEnds[],
  ): Promise<number | null> {
    const times: number[] = [];
    for (const { partition, low, high } of partitions) {
      let from = low;
      while (from < high && this.#marks.has(topic, partition, from)) from += 1;
      if (from === high) continue;
      const place = `${topic}/${partition}/${from}/${low}`;
      const known = this.#times.get(place);
      const at =
        known === undefined
          ? ((await broker.read({ topic, partition, from, maxBytes: 1024 }))[0]?.at ?? null)
          : known;
      if (this.#times.size > 1_000) this.#times.clear();
      this.#times.set(place, at);
      if (at !== null) times.push(at);
    }
    return times.length === 0 ? null : Math.min(...times);
  }
}

/** A topic and its dead letters, whichever of the two was named. */
function pairOf(name: string): { topic: string; deadLetters: string } {
  const topic = name.endsWith(DEAD_LETTER_SUFFIX)
    ? name.slice(0, -DEAD_LETTER_SUFFIX.length)
    : name;
  return { topic, deadLetters: `${topic}${DEAD_LETTER_SUFFIX}` };
}

/** Asking a broker about a topic may make the topic: so it is looked for first. */
async function requireTopics(broker: Broker, ...wanted: string[]): Promise<void> {
  const topics = await broker.topics();
  const missing = wanted.find((name) => !topics.includes(name));
  if (missing === undefined) return;
  throw new ApiProblem(
    'unknown-topic',
    `${missing.slice(0, 200)} is no topic; there are: ${topics.join(', ').slice(0, 500) || 'none'}`,
  );
}
