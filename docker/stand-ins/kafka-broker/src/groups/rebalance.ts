import type { Clock } from '@faultline/chassis/core';
import { createDeadline, type Deadline } from '../deadline.ts';
import { ERROR } from '../wire/errors.ts';
import { moveTo, type GroupState } from './group-state.ts';
import {
  chooseProtocol,
  joinRefused,
  syncRefused,
  type JoinOutcome,
  type Member,
  type SyncOutcome,
} from './member.ts';
import type { Membership } from './membership.ts';

const NO_ASSIGNMENT = Buffer.alloc(0);

/** What the leader hands in: who reads what. */
export type Assignments = readonly { memberId: string; assignment: Buffer }[];

/**
 * The agreement of a group, generation by generation: it waits until everyone has joined, names a
 * leader and a protocol, and waits for the leader's assignment.
 */
export interface Rebalance {
  readonly state: GroupState;
  readonly generation: number;
  readonly protocolName: string;
  protocolType: string;
  leaderId: string;
  /** Keeps the answer to a join back until everyone has joined; begins a rebalance if need be. */
  wait(member: Member, resolve: (outcome: JoinOutcome) => void): void;
  /** Members are gone: the others share what they had. */
  remove(members: readonly Member[]): void;
  completeJoinIfReady(): void;
  completeSync(assignments: Assignments): void;
  /** The present agreement, as a member is told of it. */
  joined(member: Member): JoinOutcome;
  synced(member: Member): SyncOutcome;
  /** There is no way back from here. */
  end(): void;
}

/** Time, and the wait for a first assignment to be worth making. */
export interface RebalanceEnvironment {
  clock: Clock;
  initialRebalanceDelayMs: number;
}

/** @param members who takes part; the rebalance removes who does not come */
export function createRebalance(members: Membership, environment: RebalanceEnvironment): Rebalance {
  return new JoinThenSync(members, environment);
}

class JoinThenSync implements Rebalance {
  readonly #members: Membership;
  readonly #environment: RebalanceEnvironment;
  #state: GroupState = 'Empty';
  #generation = 0;
  #protocolName = '';
  protocolType = '';
  leaderId = '';
  /** Ends the wait for members to join, or to sync. */
  #phase: Deadline | undefined;
  #isFirstWait = false;

  constructor(members: Membership, environment: RebalanceEnvironment) {
    this.#members = members;
    this.#environment = environment;
  }

  get state(): GroupState {
    return this.#state;
  }

  get generation(): number {
    return this.#generation;
  }

  get protocolName(): string {
    return this.#protocolName;
  }

  wait(member: Member, resolve: (outcome: JoinOutcome) => void): void {
    member.answerJoin?.(joinRefused(ERROR.REBALANCE_IN_PROGRESS, member.id));
    member.answerJoin = resolve;
    if (this.#state !== 'PreparingRebalance') this.#prepare();
    this.completeJoinIfReady();
  }

  remove(members: readonly Member[]): void {
    for (const member of members) this.#members.forget(member);
    if (this.#state === 'Stable' || this.#state === 'CompletingRebalance') this.#prepare();
    this.completeJoinIfReady();
  }

  #prepare(): void {
    this.#isFirstWait = this.#state === 'Empty';
    this.#state = moveTo(this.#state, 'PreparingRebalance');
    for (const member of this.#members.list()) {
      member.answerSync?.(syncRefused(ERROR.REBALANCE_IN_PROGRESS));
      member.answerSync = undefined;
    }
    this.#startPhase(
      this.#isFirstWait ? this.#environment.initialRebalanceDelayMs : this.#patienceMs(),
      () => this.#completeJoin(),
    );
  }

  completeJoinIfReady(): void {
    const isWaiting = this.#state === 'PreparingRebalance' && !this.#isFirstWait;
    if (!isWaiting || this.#members.promises > 0) return;
    if (this.#members.list().every((member) => member.answerJoin)) this.#completeJoin();
  }

  /** Begins the next generation with those who have joined. */
  #completeJoin(): void {
    this.#isFirstWait = false;
    for (const member of this.#members.list().filter((other) => !other.answerJoin)) {
      // A static member may be restarting: only its session timeout removes it.
      if (member.instanceId === null) this.#members.forget(member);
    }
    this.#generation += 1;
    if (this.#members.size === 0) {
      this.#phase?.cancel();
      this.leaderId = '';
      this.#state = moveTo(this.#state, 'Empty');
      return;
    }
    const joined = this.#members.list().filter((member) => member.answerJoin);
    const leader = joined.find((member) => member.id === this.leaderId) ?? joined[0];
    if (!leader) {
      this.#startPhase(this.#patienceMs(), () => this.#completeJoin());
      return;
    }
    this.leaderId = leader.id;
    const lists = this.#members.list().map((member) => member.protocols);
    this.#protocolName = chooseProtocol(lists) ?? '';
    this.#state = moveTo(this.#state, 'CompletingRebalance');
    this.#startPhase(this.#patienceMs(), () =>
      this.remove(this.#members.list().filter((member) => !member.answerSync)),
    );
    for (const member of joined) {
      member.session.restart(member.sessionTimeoutMs);
      member.answerJoin?.(this.joined(member));
      member.answerJoin = undefined;
    }
  }

  completeSync(assignments: Assignments): void {
    const byMember = new Map(assignments.map((entry) => [entry.memberId, entry.assignment]));
    this.#phase?.cancel();
    this.#state = moveTo(this.#state, 'Stable');
    for (const member of this.#members.list()) {
      // Copied: the request's frame is much larger and must not be kept alive.
      member.assignment = Buffer.from(byMember.get(member.id) ?? NO_ASSIGNMENT);
      member.answerSync?.(this.synced(member));
      member.answerSync = undefined;
      member.session.restart(member.sessionTimeoutMs);
    }
  }

  joined(member: Member): JoinOutcome {
    const isLeader = member.id === this.leaderId;
    return {
      error: ERROR.NONE,
      generation: this.#generation,
      protocolType: this.protocolType,
      protocolName: this.#protocolName,
      leader: this.leaderId,
      memberId: member.id,
      members: isLeader ? this.#members.list().map((other) => this.#entry(other)) : [],
    };
  }

  #entry(member: Member) {
    const chosen = member.protocols.find((protocol) => protocol.name === this.#protocolName);
    return {
      memberId: member.id,
      instanceId: member.instanceId,
      metadata: chosen?.metadata ?? NO_ASSIGNMENT,
    };
  }

  synced(member: Member): SyncOutcome {
    return {
      error: ERROR.NONE,
      protocolType: this.protocolType,
      protocolName: this.#protocolName,
      assignment: member.assignment,
    };
  }

  end(): void {
    this.#phase?.cancel();
    this.#state = 'Dead';
  }

  #patienceMs(): number {
    return Math.max(0, ...this.#members.list().map((member) => member.rebalanceTimeoutMs));
  }

  #startPhase(durationMs: number, onEnd: () => void): void {
    this.#phase?.cancel();
    this.#phase = createDeadline(this.#environment.clock, durationMs, onEnd);
  }
}
