import { createManualClock, createSequentialIds } from '@faultline/chassis/core';
import { expect, test } from 'vitest';
import { ERROR } from '../wire/errors.ts';
import { createGroup, type Group, type SyncRequest } from './group.ts';
import type { JoinOutcome, JoinRequest } from './member.ts';

function lab() {
  const clock = createManualClock();
  const ids = createSequentialIds('id');
  return { clock, group: createGroup('g', { clock, ids, initialRebalanceDelayMs: 50 }) };
}

function joining(changes: Partial<JoinRequest> = {}): JoinRequest {
  return {
    groupId: 'g',
    memberId: '',
    instanceId: null,
    clientId: 'c',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: 1000,
    rebalanceTimeoutMs: 5000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('topics') }],
    requiresKnownId: false,
    ...changes,
  };
}

function syncing(outcome: JoinOutcome, plan: Record<string, string> = {}): SyncRequest {
  return {
    memberId: outcome.memberId,
    instanceId: null,
    generation: outcome.generation,
    protocolType: null,
    protocolName: null,
    assignments: Object.entries(plan).map(([memberId, text]) => ({
      memberId,
      assignment: Buffer.from(text),
    })),
  };
}

/** Joins so many members at once and hands out the assignments a1, a2, … */
async function formGroup({ clock, group }: ReturnType<typeof lab>, requests: JoinRequest[]) {
  const joins = requests.map((request) => group.join(request));
  await clock.advance(50);
  const outcomes = await Promise.all(joins);
  const plan = Object.fromEntries(outcomes.map(({ memberId }, index) => [memberId, `a${index}`]));
  const syncs = await Promise.all(
    outcomes.map((outcome) =>
      group.sync(syncing(outcome, outcome.memberId === outcome.leader ? plan : {})),
    ),
  );
  expect(syncs.map((sync) => sync.assignment.toString())).toEqual(outcomes.map((_, i) => `a${i}`));
  return outcomes;
}

const beat = (
  group: Group,
  { memberId, generation }: JoinOutcome,
  instanceId: string | null = null,
) => group.heartbeat({ memberId, instanceId }, generation);

test('members that join together share one generation, and only the leader sees them all', async () => {
  const scene = lab();
  const [first, second] = await formGroup(scene, [joining(), joining()]);
  expect(first).toMatchObject({ error: 0, generation: 1, leader: 'c-id-1', memberId: 'c-id-1' });
  expect(first?.members.map((member) => member.memberId)).toEqual(['c-id-1', 'c-id-2']);
  expect(second).toMatchObject({ generation: 1, leader: 'c-id-1', members: [] });
  expect(scene.group.state).toBe('Stable');
  scene.group.close();
});

test('a newcomer makes the others rejoin, and all get the next generation', async () => {
  const scene = lab();
  const [old] = await formGroup(scene, [joining()]);
  if (!old) return;
  const newcomer = scene.group.join(joining());
  expect(beat(scene.group, old)).toBe(ERROR.REBALANCE_IN_PROGRESS);
  const rejoined = await scene.group.join(joining({ memberId: old.memberId }));
  expect([rejoined.generation, (await newcomer).generation]).toEqual([2, 2]);
  expect(scene.group.state).toBe('CompletingRebalance');
  scene.group.close();
});

test('a member that does not rejoin in time is left behind', async () => {
  const scene = lab();
  const [old] = await formGroup(scene, [joining({ sessionTimeoutMs: 60_000 })]);
  if (!old) return;
  const newcomer = scene.group.join(joining({ sessionTimeoutMs: 60_000 }));
  await scene.clock.advance(5000);
  expect((await newcomer).members).toHaveLength(1);
  expect(beat(scene.group, old)).toBe(ERROR.UNKNOWN_MEMBER_ID);
  scene.group.close();
});

test('a member that stops sending heartbeats is removed after its session timeout', async () => {
  const scene = lab();
  const [alive, silent] = await formGroup(scene, [joining(), joining()]);
  if (!alive || !silent) return;
  await scene.clock.advance(900);
  expect(beat(scene.group, alive)).toBe(ERROR.NONE);
  await scene.clock.advance(200);
  expect(beat(scene.group, silent)).toBe(ERROR.UNKNOWN_MEMBER_ID);
  expect(beat(scene.group, alive)).toBe(ERROR.REBALANCE_IN_PROGRESS);
  expect(scene.group.state).toBe('PreparingRebalance');
  scene.group.close();
});

test('a member that waited longer than its session timeout is missed all the same when it dies', async () => {
  const scene = lab();
  const requests = [joining(), joining({ sessionTimeoutMs: 60_000 })];
  const [patient] = await formGroup(scene, requests);
  if (!patient) return;
  const rejoined = scene.group.join(joining({ memberId: patient.memberId, ...NEW_TOPICS }));
  // The other one never comes: its time to rejoin is five times the session of who waits.
  await scene.clock.advance(5000);
  const outcome = await rejoined;
  await scene.group.sync(syncing(outcome, { [outcome.memberId]: 'all' }));
  expect(scene.group.state).toBe('Stable');
  await scene.clock.advance(1100);
  expect(beat(scene.group, outcome)).toBe(ERROR.UNKNOWN_MEMBER_ID);
  expect(scene.group.state).toBe('Empty');
  scene.group.close();
});
const NEW_TOPICS = { protocols: [{ name: 'range', metadata: Buffer.from('other topics') }] };

test('a member that leaves is missed at once; the last one leaves the group empty', async () => {
  const scene = lab();
  const [first, second] = await formGroup(scene, [joining(), joining()]);
  if (!first || !second) return;
  expect(scene.group.leave({ memberId: first.memberId, instanceId: null })).toBe(ERROR.NONE);
  const rejoined = await scene.group.join(joining({ memberId: second.memberId }));
  expect(rejoined).toMatchObject({ generation: 2, leader: second.memberId });
  expect(scene.group.leave({ memberId: second.memberId, instanceId: null })).toBe(ERROR.NONE);
  expect(scene.group.state).toBe('Empty');
  scene.group.close();
});

test('a leader that never syncs is removed when the rebalance timeout is over', async () => {
  const scene = lab();
  const joins = [joining(), joining()].map((request) => scene.group.join(request));
  await scene.clock.advance(50);
  const [leader, follower] = await Promise.all(joins);
  if (!leader || !follower) return;
  const sync = scene.group.sync(syncing(follower));
  await scene.clock.advance(5000);
  expect((await sync).error).toBe(ERROR.REBALANCE_IN_PROGRESS);
  expect(beat(scene.group, leader)).toBe(ERROR.UNKNOWN_MEMBER_ID);
  scene.group.close();
});

test('a new member of a newer client is first given an id to come back with', async () => {
  const scene = lab();
  const refused = await scene.group.join(joining({ requiresKnownId: true }));
  expect(refused).toMatchObject({ error: ERROR.MEMBER_ID_REQUIRED, memberId: 'c-id-1' });
  const [joined] = await formGroup(scene, [
    joining({ requiresKnownId: true, memberId: refused.memberId }),
  ]);
  expect(joined?.memberId).toBe('c-id-1');
  scene.group.close();
});

test('a static member that restarts gets its assignment back without a rebalance', async () => {
  const scene = lab();
  const request = joining({ instanceId: 'pod-1' });
  const [before, other] = await formGroup(scene, [request, joining()]);
  if (!before || !other) return;
  const after = await scene.group.join(request);
  expect(after).toMatchObject({ error: 0, generation: 1, leader: before.memberId, members: [] });
  expect(after.memberId).not.toBe(before.memberId);
  const sync = await scene.group.sync({ ...syncing(after), instanceId: 'pod-1' });
  expect(sync.assignment.toString()).toBe('a0');
  expect(beat(scene.group, other)).toBe(ERROR.NONE);
  expect(beat(scene.group, before, 'pod-1')).toBe(ERROR.FENCED_INSTANCE_ID);
  scene.group.close();
});

test.each([
  ['another type', { protocolType: 'connect' }],
  ['no common protocol', { protocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] }],
  ['no protocol at all', { protocols: [] }],
])('a member with %s is refused', async (_, changes) => {
  const scene = lab();
  await formGroup(scene, [joining()]);
  const outcome = await scene.group.join(joining(changes));
  expect(outcome.error).toBe(ERROR.INCONSISTENT_GROUP_PROTOCOL);
  scene.group.close();
});

test('only members of the current generation may commit, and strangers while nobody is there', async () => {
  const scene = lab();
  const stranger = { memberId: '', instanceId: null };
  expect(scene.group.checkCommit(stranger, -1)).toBe(ERROR.NONE);
  const [member] = await formGroup(scene, [joining()]);
  if (!member) return;
  const { memberId } = member;
  expect(scene.group.checkCommit({ memberId, instanceId: null }, 1)).toBe(ERROR.NONE);
  expect(scene.group.checkCommit({ memberId, instanceId: null }, 0)).toBe(ERROR.ILLEGAL_GENERATION);
  expect(scene.group.checkCommit(stranger, -1)).toBe(ERROR.UNKNOWN_MEMBER_ID);
  scene.group.close();
});

test('closing the group answers everyone who waits', async () => {
  const { group } = lab();
  const join = group.join(joining());
  group.close();
  expect((await join).error).toBe(ERROR.UNKNOWN_MEMBER_ID);
});
