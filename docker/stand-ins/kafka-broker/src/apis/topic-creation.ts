import type { BrokerState } from './api.ts';
import type { Topic, TopicOverrides } from '../storage/topics.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

/** A topic was created, or refused with the protocol's error and a reason for people. */
export type CreationOutcome =
  { kind: 'created'; topic: Topic } | { kind: 'refused'; error: ErrorCode; reason: string };

/** Whether a topic may be called so: 1 to 249 letters, digits, dots, dashes, underscores. */
export function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';
}

/** Judges a topic before it is created; undefined when nothing speaks against it. */
export function refuseCreation(
  state: BrokerState,
  name: string,
  partitions: number,
): { error: ErrorCode; reason: string } | undefined {
  if (!isTopicName(name)) {
    return {
      error: ERROR.INVALID_TOPIC_EXCEPTION,
      reason: `topic name ${JSON.stringify(name.slice(0, 300))} is not 1 to 249 of [a-zA-Z0-9._-]`,
    };
  }
  if (state.topics.get(name)) {
    return { error: ERROR.TOPIC_ALREADY_EXISTS, reason: `topic ${name} already exists` };
  }
  return refusePartitions(state, partitions, partitions);
}

/** Judges a number of partitions, `added` of them new. */
export function refusePartitions(
  state: BrokerState,
  total: number,
  added: number,
): { error: ErrorCode; reason: string } | undefined {
  if (total < 1) {
    return { error: ERROR.INVALID_PARTITIONS, reason: `${total} partitions: at least 1 is needed` };
  }
  const { maxPartitions } = state.settings;
  if (state.topics.partitionCount() + added > maxPartitions) {
    return {
      error: ERROR.POLICY_VIOLATION,
      reason: `${added} more partitions would exceed the ${maxPartitions} this broker holds`,
    };
  }
  return undefined;
}

/** Creates a topic, if nothing speaks against it. */
export function createTopic(
  state: BrokerState,
  name: string,
  partitions: number,
  overrides: TopicOverrides = {},
): CreationOutcome {
  const refusal = refuseCreation(state, name, partitions);
  if (refusal) return { kind: 'refused', ...refusal };
  try {
    const topic = state.topics.create(name, partitions, overrides);
    state.log.info({ topic: name, partitions }, 'topic created');
    return { kind: 'created', topic };
  } catch (error) {
    return { kind: 'refused', ...storageFailure(state, `topic ${name} was not created`, error) };
  }
}

/** Logs what the disk refused and gives the protocol's word for it. */
export function storageFailure(
  state: BrokerState,
  what: string,
  error: unknown,
): { error: ErrorCode; reason: string } {
  const cause = error instanceof Error ? error.message : String(error);
  state.log.error({ cause, dataDir: state.settings.dataDir }, `${what}: the disk refused it`);
  return { error: ERROR.KAFKA_STORAGE_ERROR, reason: `${what}: ${cause}` };
}
