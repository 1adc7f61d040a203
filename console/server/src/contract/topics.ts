import { z } from 'zod';

const count = z.int().min(0);
/** Per second, over the last seconds that somebody looked; null: looked at once only. */
const rate = z.number().nullable();

/**
 * How a group gets on with what lies before it.
 * - `idle`: nothing lies before it. `keeping-up`: less than a second's worth of its work does.
 * - `draining`: it reads faster than is written. `growing`: it does not; it never gets there.
 * - `stuck`: something lies before it and it reads nothing. `unmeasured`: no rates yet.
 */
export const lagStateSchema = z.enum([
  'idle',
  'keeping-up',
  'draining',
  'growing',
  'stuck',
  'unmeasured',
]);
/** See {@link lagStateSchema}. */
export type LagState = z.infer<typeof lagStateSchema>;

const drain = z.object({
  /** Messages between the committed offset and the end. */
  lag: count,
  /** Messages that the group commits per second. */
  outPerS: rate,
  state: lagStateSchema,
  /**
   * Milliseconds until nothing lies before it: lag / (rate out - rate in). 0 without lag, null
   * when it never drains at these rates or they are not known. Of a group: its slowest partition.
   */
  drainMs: z.number().nullable(),
});

/** A consumer group on one topic. */
export const topicGroupSchema = drain.extend({
  group: z.string(),
  /** The broker's word: `Stable`, `Empty`, `PreparingRebalance`, `Dead`, … */
  brokerState: z.string(),
  members: z.array(
    z.object({ id: z.string(), clientId: z.string(), partitions: z.array(z.int()) }),
  ),
  partitions: z.array(
    drain.extend({
      partition: z.int(),
      /** Next offset to read; null: nothing was committed yet. */
      committed: count.nullable(),
    }),
  ),
});
/** See {@link topicGroupSchema}. */
export type TopicGroup = z.infer<typeof topicGroupSchema>;

/** A topic as it stands. Offsets count from 0; the next message gets `high`. */
export const topicSchema = z.object({
  name: z.string(),
  partitions: z.array(
    z.object({ partition: z.int(), low: count, high: count, messages: count, inPerS: rate }),
  ),
  messages: count,
  inPerS: rate,
  groups: z.array(topicGroupSchema),
  /** What consumers gave up on; null: the topic has no dead-letter topic. */
  deadLetters: z
    .object({
      topic: z.string(),
      count,
      /** Not redriven yet. */
      waiting: count,
      /** When the oldest that waits was given up, epoch milliseconds. */
      oldestAt: z.number().nullable(),
    })
    .nullable(),
});
/** See {@link topicSchema}. */
export type Topic = z.infer<typeof topicSchema>;

/** Answer of `GET /api/topics`. */
export const topicsSchema = z.object({ at: z.number(), topics: z.array(topicSchema) });
/** See {@link topicsSchema}. */
export type Topics = z.infer<typeof topicsSchema>;

/** Bytes as they can be shown: text when they are, else hexadecimal digits. */
const shownBytes = z.object({
  encoding: z.enum(['json', 'text', 'hex']),
  text: z.string(),
  sizeBytes: count,
  /** Whether `text` is only the beginning. */
  cut: z.boolean(),
});
/** See {@link messageSchema}. */
export type ShownBytes = z.infer<typeof shownBytes>;

/** What is known of a dead letter. */
export const deadLetterSchema = z.object({
  reason: z.string(),
  attempts: z.int().nullable(),
  group: z.string().nullable(),
  /** Where it came from. */
  source: z.object({ topic: z.string(), partition: z.int(), offset: count }).nullable(),
  /** When it was sent again; null: it waits. */
  redrivenAt: z.number().nullable(),
  /** The dead letter it was before it was redriven and given up again: `orders.events.dlq/0/12`. */
  formerly: z.string().nullable(),
});

/** One message of a topic. */
export const messageSchema = z.object({
  partition: z.int(),
  offset: count,
  /** When it was written, epoch milliseconds. */
  at: z.number(),
  key: shownBytes.nullable(),
  value: shownBytes.nullable(),
  headers: z.array(z.object({ name: z.string(), value: shownBytes })),
  /** The event in the value, apart from its payload; null when the value is none. */
  event: z
    .object({
      id: z.string(),
      type: z.string(),
      version: z.int(),
      occurredAt: z.number(),
      key: z.string(),
    })
    .nullable(),
  /** Why the value is no event; null when it is. */
  problem: z.string().nullable(),
  traceId: z.string().nullable(),
  correlationId: z.string().nullable(),
  deadLetter: deadLetterSchema.nullable(),
});
/** See {@link messageSchema}. */
export type Message = z.infer<typeof messageSchema>;

/** Query of `GET /api/topics/{topic}/messages` and `/deadletters`. */
export const messageQuerySchema = z.object({
  partition: z.coerce.number().int().min(0).max(100_000).optional(),
  /** Offset to read down from, of `partition`. */
  from: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The whole key. */
  key: z.string().min(1).max(200).optional(),
  /** The event's type, or a beginning with `*`: `order.*`. */
  type: z.string().min(1).max(200).optional(),
  cursor: z.string().max(2_000).optional(),
});
/** See {@link messageQuerySchema}. */
export type MessageQuery = z.output<typeof messageQuerySchema>;

/** Answer: newest first. */
export const messagePageSchema = z.object({
  topic: z.string(),
  messages: z.array(messageSchema),
  /** Messages that were read to find these. */
  scanned: count,
  /** For the older ones; null: there are none. With a filter, a page may be empty and go on. */
  nextCursor: z.string().nullable(),
});
/** See {@link messagePageSchema}. */
export type MessagePage = z.infer<typeof messagePageSchema>;

const place = z.strictObject({ partition: z.int().min(0), offset: z.int().min(0) });
/** Where a message is on its topic. */
export type Place = z.infer<typeof place>;

/** Body of `POST /api/topics/{topic}/redrive`: some dead letters, or all that wait. */
export const redriveSchema = z
  .strictObject({
    offsets: z.array(place).min(1).max(1_000).optional(),
    all: z.literal(true).optional(),
    /** At most so many, oldest first; 1 to 10,000, default 1,000. */
    limit: z.int().min(1).max(10_000).optional(),
    /** Say what would be done and do nothing. */
    dryRun: z.boolean().optional(),
  })
  .refine(({ offsets, all }) => (offsets === undefined) !== (all === undefined), {
    message: 'either offsets or all',
    path: ['offsets'],
  });
/** See {@link redriveSchema}. */
export type RedriveRequest = z.infer<typeof redriveSchema>;

/** What became of a redrive. */
export const redriveResultSchema = z.object({
  /** Where they were sent. */
  topic: z.string(),
  dryRun: z.boolean(),
  /** Acknowledged by the broker; of a dry run, those that would be sent. */
  sent: count,
  /** Sent again earlier, so not now. */
  skipped: count,
  failed: z.array(place.extend({ reason: z.string() })),
  /** Still waiting afterwards. */
  waiting: count,
});
/** See {@link redriveResultSchema}. */
export type RedriveResult = z.infer<typeof redriveResultSchema>;

/** How far a redrive is; an event of the live stream. */
export const redriveProgressSchema = z.object({
  topic: z.string(),
  running: z.boolean(),
  total: count,
  done: count,
});
/** See {@link redriveProgressSchema}. */
export type RedriveProgress = z.infer<typeof redriveProgressSchema>;
