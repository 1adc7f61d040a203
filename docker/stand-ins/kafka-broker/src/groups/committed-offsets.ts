import type { Journal } from '../storage/journal.ts';

/** How far a group has read a partition. */
export interface CommittedOffset {
  /** The next offset to read. */
  offset: number;
  /** -1 when the client did not say. */
  leaderEpoch: number;
  metadata: string;
}

/** A commit for one partition. */
export interface OffsetCommit extends CommittedOffset {
  topic: string;
  partition: number;
}

/** The committed offsets of all groups, kept in the journal. */
export interface CommittedOffsets {
  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined;
  /** All commits of a group. */
  list(groupId: string): OffsetCommit[];
  has(groupId: string): boolean;
  groupIds(): string[];
  /** @throws the file system's error; nothing is committed then */
  commit(groupId: string, commits: readonly OffsetCommit[]): void;
  /** @throws the file system's error */
  removeGroup(groupId: string): void;
  /** @throws the file system's error */
  removeTopic(topic: string): void;
}

const KEY_PREFIX = 'offset/';

type Stored = [offset: number, leaderEpoch: number, metadata: string];

/** Reads the commits that the journal knows. */
export function openCommittedOffsets(journal: Journal): CommittedOffsets {
  const groups = new Map<string, Map<string, OffsetCommit>>();

  const remember = (groupId: string, commit: OffsetCommit) => {
    const commits = groups.get(groupId) ?? new Map<string, OffsetCommit>();
    groups.set(groupId, commits);
    commits.set(`${commit.topic}/${commit.partition}`, commit);
  };
  const forget = (condition: (groupId: string, commit: OffsetCommit) => boolean) => {
    const doomed = [...groups].flatMap(([groupId, commits]) =>
      [...commits.values()]
        .filter((commit) => condition(groupId, commit))
        .map((commit) => ({ groupId, commit })),
    );
    journal.remove(doomed.map(({ groupId, commit }) => keyOf(groupId, commit)));
    for (const { groupId, commit } of doomed) {
      const commits = groups.get(groupId);
      commits?.delete(`${commit.topic}/${commit.partition}`);
      if (commits?.size === 0) groups.delete(groupId);
    }
  };

  for (const [key, value] of journal.entries()) {
    if (!key.startsWith(KEY_PREFIX)) continue;
    const [groupId, topic, partition] = JSON.parse(key.slice(KEY_PREFIX.length)) as [
      string,
      string,
      number,
    ];
    const [offset, leaderEpoch, metadata] = JSON.parse(value) as Stored;
    remember(groupId, { topic, partition, offset, leaderEpoch, metadata });
  }

  return {
    get: (groupId, topic, partition) => groups.get(groupId)?.get(`${topic}/${partition}`),
    list: (groupId) => [...(groups.get(groupId)?.values() ?? [])],
    has: (groupId) => groups.has(groupId),
    groupIds: () => [...groups.keys()],
    commit(groupId, commits) {
      journal.set(commits.map((commit) => [keyOf(groupId, commit), valueOf(commit)] as const));
      for (const commit of commits) remember(groupId, commit);
    },
    removeGroup: (groupId) => forget((id) => id === groupId),
    removeTopic: (topic) => forget((_, commit) => commit.topic === topic),
  };
}

function keyOf(groupId: string, commit: OffsetCommit): string {
  return KEY_PREFIX + JSON.stringify([groupId, commit.topic, commit.partition]);
}

function valueOf(commit: OffsetCommit): string {
  const stored: Stored = [commit.offset, commit.leaderEpoch, commit.metadata];
  return JSON.stringify(stored);
}
