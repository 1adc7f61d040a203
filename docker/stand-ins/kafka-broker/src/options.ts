const MEBIBYTE = 1024 * 1024;
const LONGEST_MS = 2_147_483_647;

/** A topic that exists from the start. */
export interface TopicRequest {
  /** 1 to 249 letters, digits, dots, dashes, underscores. */
  name: string;
  /** 1 to 1000. */
  partitions: number;
}

/** Everything that can be chosen about a broker. Ranges and defaults are in `RULES`. */
export interface BrokerSettings {
  /** Address to listen on. */
  host: string;
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Address that clients are told to connect to; default: `host`. */
  advertisedHost?: string;
  /** Port that clients are told to connect to; default: the one listened on. */
  advertisedPort?: number;
  /** Folder that holds everything that must survive; created if it is not there. */
  dataDir: string;
  /** Topics to create at the start unless they exist. */
  topics: TopicRequest[];
  /** Whether asking for an unknown topic creates it. */
  autoCreateTopics: boolean;
  /** Partitions of a topic that was created without a number. */
  defaultPartitions: number;
  /** Partitions of all topics together; what would exceed it is refused. */
  maxPartitions: number;
  /** Bytes kept per partition; older closed segments are deleted. -1 keeps everything. */
  retentionBytes: number;
  /** Size of a segment file, bytes. */
  segmentBytes: number;
  /** Largest record batch, bytes; the default is Apache Kafka's. */
  maxMessageBytes: number;
  /** Whether every write waits for the disk. Without it acknowledged data survives the death of
   * this process, not of the machine. */
  fsync: boolean;
  /** Largest request, bytes. */
  maxFrameBytes: number;
  /** Largest answer to a Fetch request, bytes; the client may ask for less. */
  maxFetchBytes: number;
  /** Connections at the same time; further ones are closed at once. */
  maxConnections: number;
  /** A connection without traffic for so long is closed, ms. */
  connectionIdleMs: number;
  /** Range of the session timeout that a group member may ask for, ms. */
  minSessionTimeoutMs: number;
  maxSessionTimeoutMs: number;
  /** How long a new group waits for more members before its first assignment, ms. */
  initialRebalanceDelayMs: number;
}

/** Options as a caller gives them: only `dataDir` is required. */
export type BrokerOptions = Partial<Omit<BrokerSettings, 'dataDir' | 'topics'>> & {
  dataDir: string;
  topics?: { name: string; partitions?: number | undefined }[];
};

/** One option that cannot be taken, and the rule it breaks. */
export interface OptionIssue {
  option: string;
  rule: string;
}

/** Options are missing, unknown or out of range. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly issues: readonly OptionIssue[];

  constructor(issues: readonly OptionIssue[], given: Readonly<Record<string, unknown>>) {
    super(
      issues
        .map(({ option, rule }) => `${option} ${JSON.stringify(given[option])}: ${rule}`)
        .join('; '),
    );
    this.issues = issues;
  }
}

/** What a value must be; `test` answers whether it is. */
interface Rule {
  rule: string;
  test: (value: unknown) => boolean;
  /** Taken when nothing is given; undefined: nothing is. */
  standard?: unknown;
  isRequired?: boolean;
}

function whole(min: number, max: number, standard?: number): Rule {
  return {
    rule:
      max === Number.MAX_SAFE_INTEGER
        ? `must be a whole number from ${min} on`
        : `must be a whole number from ${min} to ${max}`,
    test: (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
    standard,
  };
}

function atLeast(min: number, standard: number): Rule {
  return whole(min, Number.MAX_SAFE_INTEGER, standard);
}

function text(standard?: string): Rule {
  const test = (value: unknown) => typeof value === 'string' && value !== '';
  return { rule: 'must be a text that is not empty', test, standard };
}

function flag(standard: boolean): Rule {
  return {
    rule: 'must be true or false',
    test: (value) => typeof value === 'boolean',
    standard,
  };
}

const PARTITIONS = whole(1, 1000, 1);
const TOPICS: Rule = {
  rule: 'must be names of 1 to 249 of [a-zA-Z0-9._-], each with 1 to 1000 partitions',
  test: (value) => Array.isArray(value) && value.every(isTopicRequest),
  standard: [],
};

const RULES: Readonly<Record<keyof BrokerSettings, Rule>> = {
  host: text('127.0.0.1'),
  port: whole(0, 65_535, 9092),
  advertisedHost: text(),
  advertisedPort: whole(1, 65_535),
  dataDir: { ...text(), isRequired: true },
  topics: TOPICS,
  autoCreateTopics: flag(true),
  defaultPartitions: PARTITIONS,
  maxPartitions: atLeast(1, 2000),
  retentionBytes: atLeast(-1, 1024 * MEBIBYTE),
  segmentBytes: atLeast(1024, 16 * MEBIBYTE),
  maxMessageBytes: atLeast(128, 1_048_588),
  fsync: flag(false),
  maxFrameBytes: atLeast(1024, 100 * MEBIBYTE),
  maxFetchBytes: atLeast(1024, 55 * MEBIBYTE),
  maxConnections: atLeast(1, 1000),
  connectionIdleMs: whole(1, LONGEST_MS, 600_000),
  minSessionTimeoutMs: whole(0, LONGEST_MS, 100),
  maxSessionTimeoutMs: whole(0, LONGEST_MS, 1_800_000),
  initialRebalanceDelayMs: whole(0, LONGEST_MS, 50),
};

/**
 * Judges options and fills in the defaults. Written out rather than with a schema library: loading
 * one takes longer than everything else that this broker does before it is ready.
 *
 * @throws OptionError naming every option that cannot be taken
 */
export function parseOptions(given: Readonly<Record<string, unknown>>): BrokerSettings {
  const unknown = Object.keys(given).filter((option) => !Object.hasOwn(RULES, option));
  const issues: OptionIssue[] = unknown.map((option) => ({ option, rule: 'is not an option' }));
  const settings: Record<string, unknown> = {};
  for (const [option, { rule, test, standard, isRequired }] of Object.entries(RULES)) {
    const value = given[option] ?? standard;
    if (value === undefined) {
      if (isRequired) issues.push({ option, rule: 'is required' });
    } else if (test(value)) settings[option] = value;
    else issues.push({ option, rule });
  }
  if (issues.length > 0) throw new OptionError(issues, given);
  // Every field was held against its rule, or has a default that keeps it.
  const parsed = settings as unknown as Omit<BrokerSettings, 'topics'> &
    Required<Pick<BrokerOptions, 'topics'>>;
  const topics = parsed.topics.map(({ name, partitions = 1 }) => ({ name, partitions }));
  return { ...parsed, topics };
}

function isTopicRequest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, partitions = 1 } = value as { name?: unknown; partitions?: unknown };
  return (
    typeof name === 'string' && /^[a-zA-Z0-9._-]{1,249}$/.test(name) && PARTITIONS.test(partitions)
  );
}
