import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { BrokerSettings } from '../options.ts';
import { openPartitionLog, type PartitionLog } from './partition-log.ts';
import type { Journal } from './journal.ts';

/** What can be set per topic; what is absent follows the broker's settings. */
export interface TopicOverrides {
  retentionBytes?: number;
  segmentBytes?: number;
  maxMessageBytes?: number;
}

/** One partition: its log, and who waits for more. */
export interface Partition {
  readonly index: number;
  readonly log: PartitionLog;
  /** Called after every append with the bytes added, and with Infinity when the topic is deleted. */
  readonly watchers: Set<(bytes: number) => void>;
}

export interface Topic {
  readonly name: string;
  readonly overrides: TopicOverrides;
  readonly partitions: readonly Partition[];
  readonly maxMessageBytes: number;
}

/** The topics of the broker; the journal holds their names, the folders their messages. */
export interface Topics {
  list(): Topic[];
  get(name: string): Topic | undefined;
  partition(name: string, index: number): Partition | undefined;
  partitionCount(): number;
  /** The topic must not exist. @throws the file system's error */
  create(name: string, partitions: number, overrides?: TopicOverrides): Topic;
  /** Grows the topic to `total` partitions. @throws the file system's error */
  grow(name: string, total: number): void;
  /** @throws the file system's error */
  delete(name: string): void;
  close(): void;
}

const KEY_PREFIX = 'topic/';

interface StoredTopic {
  partitions: number;
  overrides: TopicOverrides;
}

/** Opens every topic that the journal knows. */
export function openTopics(journal: Journal, settings: BrokerSettings, log: Logger): Topics {
  const topics = new StoredTopics(journal, settings, log);
  for (const [key, value] of journal.entries()) {
    if (!key.startsWith(KEY_PREFIX)) continue;
    topics.open(key.slice(KEY_PREFIX.length), JSON.parse(value) as StoredTopic);
  }
  return topics;
}

class StoredTopics implements Topics {
  readonly #journal: Journal;
  readonly #settings: BrokerSettings;
  readonly #log: Logger;
  readonly #topics = new Map<string, Topic & { partitions: Partition[] }>();

  constructor(journal: Journal, settings: BrokerSettings, log: Logger) {
    this.#journal = journal;
    this.#settings = settings;
    this.#log = log;
  }

  list(): Topic[] {
    return [...this.#topics.values()];
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  partition(name: string, index: number): Partition | undefined {
    return this.#topics.get(name)?.partitions[index];
  }

  partitionCount(): number {
    return this.list().reduce((total, topic) => total + topic.partitions.length, 0);
  }

  open(name: string, stored: StoredTopic): Topic {
    const topic = {
      name,
      overrides: stored.overrides,
      maxMessageBytes: stored.overrides.maxMessageBytes ?? this.#settings.maxMessageBytes,
      partitions: Array.from({ length: stored.partitions }, (_, index) =>
        this.#openPartition(name, index, stored.overrides),
      ),
    };
    this.#topics.set(name, topic);
    return topic;
  }

  create(name: string, partitions: number, overrides: TopicOverrides = {}): Topic {
    // Left over when a deletion was cut short: the journal no longer knows these messages.
    for (let index = 0; index < partitions; index += 1) this.#removeFolder(name, index);
    const stored = { partitions, overrides };
    this.#journal.set([[KEY_PREFIX + name, JSON.stringify(stored)]]);
    return this.open(name, stored);
  }

  grow(name: string, total: number): void {
    const topic = this.#topics.get(name);
    if (!topic) return;
    for (let index = topic.partitions.length; index < total; index += 1) {
      this.#removeFolder(name, index);
    }
    const stored = { partitions: total, overrides: topic.overrides };
    this.#journal.set([[KEY_PREFIX + name, JSON.stringify(stored)]]);
    for (let index = topic.partitions.length; index < total; index += 1) {
      topic.partitions.push(this.#openPartition(name, index, topic.overrides));
    }
  }

  delete(name: string): void {
    const topic = this.#topics.get(name);
    if (!topic) return;
    this.#journal.remove([KEY_PREFIX + name]);
    this.#topics.delete(name);
    for (const partition of topic.partitions) {
      partition.log.delete();
      for (const watcher of partition.watchers) watcher(Infinity);
    }
  }

  close(): void {
    for (const topic of this.#topics.values()) {
      for (const partition of topic.partitions) partition.log.close();
    }
  }

  #openPartition(name: string, index: number, overrides: TopicOverrides): Partition {
    const retentionBytes = overrides.retentionBytes ?? this.#settings.retentionBytes;
    const segmentBytes = overrides.segmentBytes ?? this.#settings.segmentBytes;
    const log = openPartitionLog({
      folder: this.#folder(name, index),
      retentionBytes,
      // Only closed segments can be deleted: a segment must be small against what is kept.
      segmentBytes:
        retentionBytes < 0 ? segmentBytes : Math.min(segmentBytes, Math.ceil(retentionBytes / 2)),
      fsync: this.#settings.fsync,
    });
    if (log.repairedBytes > 0) {
      const { repairedBytes, endOffset } = log;
      this.#log.warn({ topic: name, partition: index, repairedBytes, endOffset }, 'torn tail cut');
    }
    return { index, log, watchers: new Set() };
  }

  #folder(name: string, index: number): string {
    return join(this.#settings.dataDir, 'topics', `${name}-${index}`);
  }

  #removeFolder(name: string, index: number): void {
    rmSync(this.#folder(name, index), { recursive: true, force: true });
  }
}
