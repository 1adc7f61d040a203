import type { CommittedOffsets } from './committed-offsets.ts';
import { createGroup, type Group, type GroupEnvironment } from './group.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

/** Groups with members at the same time; further names are refused. */
const MAX_GROUPS = 10_000;

/** All consumer groups. A group exists while it has members or committed offsets. */
export interface Groups {
  /** The group's members; a group that only has offsets is Empty. Undefined: no such group. */
  find(groupId: string): Group | undefined;
  /** The group, created if need be; undefined when there are too many. */
  open(groupId: string): Group | undefined;
  list(): Group[];
  /** Deletes the group and its offsets. @throws the file system's error */
  delete(groupId: string): ErrorCode;
  close(): void;
}

/** @param offsets the committed offsets, which outlive the members */
export function createGroups(offsets: CommittedOffsets, environment: GroupEnvironment): Groups {
  const groups = new Map<string, Group>();

  const forgetEmpty = () => {
    for (const [id, group] of groups) {
      if (group.state === 'Empty' && !offsets.has(id)) groups.delete(id);
    }
  };
  const open = (groupId: string) => {
    const known = groups.get(groupId);
    if (known) return known;
    if (groups.size >= MAX_GROUPS) forgetEmpty();
    if (groups.size >= MAX_GROUPS) return undefined;
    const group = createGroup(groupId, environment);
    groups.set(groupId, group);
    return group;
  };
  const find = (groupId: string) =>
    groups.get(groupId) ?? (offsets.has(groupId) ? open(groupId) : undefined);

  return {
    find,
    open,
    list() {
      forgetEmpty();
      for (const groupId of offsets.groupIds()) open(groupId);
      return [...groups.values()];
    },
    delete(groupId) {
      const group = find(groupId);
      if (!group) return ERROR.GROUP_ID_NOT_FOUND;
      if (group.state !== 'Empty') return ERROR.NON_EMPTY_GROUP;
      offsets.removeGroup(groupId);
      group.close();
      groups.delete(groupId);
      return ERROR.NONE;
    },
    close() {
      for (const group of groups.values()) group.close();
    },
  };
}
