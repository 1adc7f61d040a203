import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, IdSource } from '@faultline/chassis/core';
import type { Logger } from 'pino';
import type { BrokerState } from './apis/api.ts';
import { createTopic } from './apis/topic-creation.ts';
import { openCommittedOffsets } from './groups/committed-offsets.ts';
import { createGroups } from './groups/groups.ts';
import type { BrokerSettings } from './options.ts';
import { listen } from './server/server.ts';
import { lockFolder } from './storage/folder-lock.ts';
import { openJournal, type Journal } from './storage/journal.ts';
import { createProducerIds } from './storage/producer-ids.ts';
import { openTopics } from './storage/topics.ts';

/** A broker that answers. */
export interface Broker extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Ends every connection, closes the files and gives the folder up. */
  close(): Promise<void>;
}

/** What a broker takes from outside. */
export interface BrokerEnvironment {
  clock: Clock;
  ids: IdSource;
  log: Logger;
}

/** The only node has this id; it also leads every partition and coordinates every group. */
const NODE_ID = 1;
const CLUSTER_KEY = 'cluster-id';

/**
 * Opens the folder, repairs what a crash left, and listens.
 *
 * @throws a system error (EADDRINUSE, EACCES, ENOSPC, …) or FolderInUse
 */
export async function startBroker(
  settings: BrokerSettings,
  environment: BrokerEnvironment,
): Promise<Broker> {
  const release = openFolder(settings);
  const stack = new AsyncDisposableStack();
  stack.defer(release);
  try {
    const server = await listen(settings);
    const journal = stack.adopt(
      openJournal(join(settings.dataDir, 'state.journal'), settings.fsync),
      (opened) => opened.close(),
    );
    const state = openState(settings, environment, journal, server.port);
    stack.defer(() => state.topics.close());
    stack.defer(() => state.groups.close());
    stack.defer(() => server.close());
    for (const { name, partitions } of settings.topics) {
      if (!state.topics.get(name)) requireTopic(state, name, partitions);
    }
    server.serve(state);
    const close = () => stack.disposeAsync();
    return { host: settings.host, port: server.port, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function openFolder(settings: BrokerSettings): () => void {
  mkdirSync(settings.dataDir, { recursive: true });
  return lockFolder(settings.dataDir);
}

function openState(
  settings: BrokerSettings,
  { clock, ids, log }: BrokerEnvironment,
  journal: Journal,
  port: number,
): BrokerState {
  const offsets = openCommittedOffsets(journal);
  const { initialRebalanceDelayMs } = settings;
  return {
    settings,
    clock,
    log,
    topics: openTopics(journal, settings, log),
    offsets,
    groups: createGroups(offsets, { clock, ids, initialRebalanceDelayMs }),
    producerIds: createProducerIds(journal),
    clusterId: clusterIdOf(journal, ids),
    node: {
      id: NODE_ID,
      host: settings.advertisedHost ?? settings.host,
      port: settings.advertisedPort ?? port,
    },
  };
}

function clusterIdOf(journal: Journal, ids: IdSource): string {
  const known = journal.get(CLUSTER_KEY);
  if (known !== undefined) return known;
  const created = ids.next();
  journal.set([[CLUSTER_KEY, created]]);
  return created;
}

function requireTopic(state: BrokerState, name: string, partitions: number): void {
  const outcome = createTopic(state, name, partitions);
  if (outcome.kind === 'refused') throw new Error(`--topic ${name}: ${outcome.reason}`);
}
