import { parseArgs } from 'node:util';
import { OptionError, parseOptions, type BrokerSettings, type OptionIssue } from './options.ts';

/** A flag is unknown, or its value out of range; the message is for the person who typed it. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Flag, the option it sets, and what to tell about it. The reference page lists the same. */
export const FLAGS = [
  { flag: 'host', option: 'host', kind: 'text' },
  { flag: 'port', option: 'port', kind: 'number' },
  { flag: 'data-dir', option: 'dataDir', kind: 'text' },
  { flag: 'topic', option: 'topics', kind: 'topics' },
  { flag: 'advertised-host', option: 'advertisedHost', kind: 'text' },
  { flag: 'advertised-port', option: 'advertisedPort', kind: 'number' },
  { flag: 'auto-create-topics', option: 'autoCreateTopics', kind: 'boolean' },
  { flag: 'default-partitions', option: 'defaultPartitions', kind: 'number' },
  { flag: 'max-partitions', option: 'maxPartitions', kind: 'number' },
  { flag: 'retention-bytes', option: 'retentionBytes', kind: 'number' },
  { flag: 'segment-bytes', option: 'segmentBytes', kind: 'number' },
  { flag: 'max-message-bytes', option: 'maxMessageBytes', kind: 'number' },
  { flag: 'fsync', option: 'fsync', kind: 'boolean' },
  { flag: 'max-frame-bytes', option: 'maxFrameBytes', kind: 'number' },
  { flag: 'max-fetch-bytes', option: 'maxFetchBytes', kind: 'number' },
  { flag: 'max-connections', option: 'maxConnections', kind: 'number' },
  { flag: 'connection-idle-ms', option: 'connectionIdleMs', kind: 'number' },
  { flag: 'min-session-timeout-ms', option: 'minSessionTimeoutMs', kind: 'number' },
  { flag: 'max-session-timeout-ms', option: 'maxSessionTimeoutMs', kind: 'number' },
  { flag: 'initial-rebalance-delay-ms', option: 'initialRebalanceDelayMs', kind: 'number' },
] as const;

type Kind = (typeof FLAGS)[number]['kind'];

/**
 * Reads the command line. `--topic name:partitions` may be given many times; `--fsync` and
 * `--auto-create-topics` take `true` or `false`.
 *
 * @throws FlagError naming the flag, the rule and the value received
 */
export function parseFlags(args: readonly string[]): BrokerSettings {
  const given = readFlags(args);
  const options = Object.fromEntries(
    FLAGS.flatMap(({ flag, option, kind }) => {
      const values = given[flag];
      return values ? [[option, readValues(flag, kind, values)]] : [];
    }),
  );
  try {
    return parseOptions(options);
  } catch (cause) {
    if (!(cause instanceof OptionError)) throw cause;
    const reasons = cause.issues.map((issue) => explain(issue, given));
    throw new FlagError(reasons.join('; '), { cause });
  }
}

function readFlags(args: readonly string[]): Record<string, string[] | undefined> {
  try {
    const options = Object.fromEntries(
      FLAGS.map(({ flag }) => [flag, { type: 'string', multiple: true } as const]),
    );
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new FlagError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function readValues(flag: string, kind: Kind, values: string[]): unknown {
  if (kind === 'topics') return values.map(readTopic);
  const value = values.at(-1) ?? '';
  if (kind === 'text') return value;
  if (kind === 'number') return value.trim() === '' ? NaN : Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  throw new FlagError(`--${flag} must be true or false, not ${JSON.stringify(value)}`);
}

function readTopic(value: string) {
  const [name, partitions, ...rest] = value.split(':');
  if (rest.length > 0) throw new FlagError(`--topic must be name:partitions, not ${value}`);
  return { name, partitions: partitions === undefined ? undefined : Number(partitions) };
}

function explain(
  { option, rule }: OptionIssue,
  given: Record<string, string[] | undefined>,
): string {
  const flag = FLAGS.find((known) => known.option === option)?.flag ?? option;
  const received = given[flag]?.join(' ');
  return received === undefined ? `--${flag} ${rule}` : `--${flag} ${received}: ${rule}`;
}
