import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;
const port = z.int().min(0).max(65_535);
const durationMs = z.int().min(0).max(2_147_483_647);

/** A topic that exists from the start. */
export const topicRequestSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/),
  partitions: z.int().min(1).max(1000).default(1),
});

/** Everything that can be chosen about a broker, with its defaults. */
export const brokerOptionsSchema = z.strictObject({
  /** Address to listen on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  port: port.default(9092),
  /** Address that clients are told to connect to; default: `host`. */
  advertisedHost: z.string().min(1).optional(),
  /** Port that clients are told to connect to; default: the one listened on. */
  advertisedPort: port.min(1).optional(),
  /** Folder that holds everything that must survive; created if it is not there. */
  dataDir: z.string().min(1),
  /** Topics to create at the start unless they exist. */
  topics: z.array(topicRequestSchema).default([]),
  /** Whether asking for an unknown topic creates it. */
  autoCreateTopics: z.boolean().default(true),
  /** Partitions of a topic that was created without a number. */
  defaultPartitions: z.int().min(1).max(1000).default(1),
  /** Partitions of all topics together; what would exceed it is refused. */
  maxPartitions: z.int().min(1).default(2000),
  /** Bytes kept per partition; older closed segments are deleted. -1 keeps everything. */
  retentionBytes: z
    .int()
    .min(-1)
    .default(1024 * MEBIBYTE),
  /** Size of a segment file, bytes. */
  segmentBytes: z
    .int()
    .min(1024)
    .default(16 * MEBIBYTE),
  /** Largest record batch, bytes; the default is Apache Kafka's. */
  maxMessageBytes: z.int().min(128).default(1_048_588),
  /** Whether every write waits for the disk. Without it acknowledged data survives the death of
   * this process, not of the machine. */
  fsync: z.boolean().default(false),
  /** Largest request, bytes. */
  maxFrameBytes: z
    .int()
    .min(1024)
    .default(100 * MEBIBYTE),
  /** Largest answer to a Fetch request, bytes; the client may ask for less. */
  maxFetchBytes: z
    .int()
    .min(1024)
    .default(55 * MEBIBYTE),
  /** Connections at the same time; further ones are closed at once. */
  maxConnections: z.int().min(1).default(1000),
  /** A connection without traffic for so long is closed, ms. */
  connectionIdleMs: durationMs.min(1).default(600_000),
  /** Range of the session timeout that a group member may ask for, ms. */
  minSessionTimeoutMs: durationMs.default(100),
  maxSessionTimeoutMs: durationMs.default(1_800_000),
  /** How long a new group waits for more members before its first assignment, ms. */
  initialRebalanceDelayMs: durationMs.default(50),
});

/** Options as a caller gives them: only `dataDir` is required. */
export type BrokerOptions = z.input<typeof brokerOptionsSchema>;

/** Options with every default filled in. */
export type BrokerSettings = z.output<typeof brokerOptionsSchema>;
