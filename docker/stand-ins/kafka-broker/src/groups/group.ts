import type { Clock, IdSource } from '@faultline/chassis/core';
import { createDeadline, type Deadline } from '../deadline.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import { moveTo, type GroupState } from './group-state.ts';
import {
  chooseProtocol,
  hasSameProtocols,
  joinRefused,
  syncRefused,
  type JoinOutcome,
  type JoinRequest,
  type Member,
  type SyncOutcome,
} from './member.ts';

const MAX_MEMBERS = 1000;
const NO_ASSIGNMENT = Buffer.alloc(0);

/** Whom a group request speaks for. */
export interface MemberReference {
  memberId: string;
  instanceId: string | null;
}

/** A SyncGroup request, without what every group request has. */
export interface SyncRequest extends MemberReference {
  generation: number;
  /** Null before version 5. */
  protocolType: string | null;
  protocolName: string | null;
  assignments: { memberId: string; assignment: Buffer }[];
}

/** What a consumer group is made of. */
export interface GroupDescription {
  state: GroupState;
  protocolType: string;
  protocolName: string;
  members: Member[];
}

/** A consumer group: who is in it, and the agreement on who reads what. */
export interface Group {
  readonly id: string;
  readonly state: GroupState;
  /** Answered when the rebalance that it starts or takes part in is over. */
  join(request: JoinRequest): Promise<JoinOutcome>;
  /** Answered when the leader has handed in the assignment. */
  sync(request: SyncRequest): Promise<SyncOutcome>;
  heartbeat(member: MemberReference, generation: number): ErrorCode;
  leave(member: MemberReference): ErrorCode;
  /** Whether this member may commit offsets in this generation. */
  checkCommit(member: MemberReference, generation: number): ErrorCode;
  describe(): GroupDescription;
  /** Ends an empty group, or every wait in it when the broker closes. */
  close(): void;
}

/** Time, identity and the wait for a first assignment to be worth making. */
export interface GroupEnvironment {
  clock: Clock;
  ids: IdSource;
  initialRebalanceDelayMs: number;
}

/** @param id the group's name, as members give it */
export function createGroup(id: string, environment: GroupEnvironment): Group {
  return new CoordinatedGroup(id, environment);
}

class CoordinatedGroup implements Group {
  readonly id: string;
  readonly #environment: GroupEnvironment;
  readonly #members = new Map<string, Member>();
  /** Static members by instance id. */
  readonly #instances = new Map<string, Member>();
  /** Ids given out to members that have not come back with them yet. */
  readonly #promised = new Map<string, Deadline>();
  #state: GroupState = 'Empty';
  #generation = 0;
  #protocolType = '';
  #protocolName = '';
  #leaderId = '';
  /** Ends the wait for members to join, or to sync. */
  #phase: Deadline | undefined;
  #isFirstWait = false;

  constructor(id: string, environment: GroupEnvironment) {
    this.id = id;
    this.#environment = environment;
  }

  get state(): GroupState {
    return this.#state;
  }

  join(request: JoinRequest): Promise<JoinOutcome> {
    return new Promise((resolve) => {
      const refusal = this.#refuseJoin(request);
      if (refusal) resolve(joinRefused(refusal, request.memberId));
      else if (request.memberId === '') this.#joinNew(request, resolve);
      else this.#joinKnown(request, resolve);
    });
  }

  sync(request: SyncRequest): Promise<SyncOutcome> {
    return new Promise((resolve) => {
      const error = this.#checkSync(request);
      const member = this.#members.get(request.memberId);
      if (error || !member) {
        resolve(syncRefused(error));
        return;
      }
      member.session.restart(member.sessionTimeoutMs);
      if (this.#state === 'Stable') {
        resolve(this.#synced(member));
        return;
      }
      member.answerSync?.(syncRefused(ERROR.REBALANCE_IN_PROGRESS));
      member.answerSync = resolve;
      if (member.id === this.#leaderId) this.#completeSync(request.assignments);
    });
  }

  heartbeat(member: MemberReference, generation: number): ErrorCode {
    const error = this.#check(member, generation);
    if (error) return error;
    this.#touch(member.memberId);
    return this.#state === 'PreparingRebalance' ? ERROR.REBALANCE_IN_PROGRESS : ERROR.NONE;
  }

  leave({ memberId, instanceId }: MemberReference): ErrorCode {
    if (this.#promised.has(memberId)) {
      this.#dropPromise(memberId);
      this.#completeJoinIfReady();
      return ERROR.NONE;
    }
    // An operator removes a static member by its instance id alone.
    const member =
      instanceId !== null && memberId === ''
        ? this.#instances.get(instanceId)
        : this.#members.get(memberId);
    const error = this.#identify({ memberId: memberId || (member?.id ?? ''), instanceId });
    if (error || !member) return error;
    this.#remove([member]);
    return ERROR.NONE;
  }

  checkCommit(member: MemberReference, generation: number): ErrorCode {
    // A consumer that assigns partitions to itself commits without being a member.
    if (generation < 0 && this.#state === 'Empty') return ERROR.NONE;
    const error = this.#check(member, generation);
    if (error) return error;
    this.#touch(member.memberId);
    return this.#state === 'CompletingRebalance' ? ERROR.REBALANCE_IN_PROGRESS : ERROR.NONE;
  }

  describe(): GroupDescription {
    return {
      state: this.#state,
      protocolType: this.#protocolType,
      protocolName: this.#state === 'Stable' ? this.#protocolName : '',
      members: [...this.#members.values()],
    };
  }

  close(): void {
    this.#phase?.cancel();
    for (const promise of this.#promised.values()) promise.cancel();
    for (const member of this.#members.values()) {
      member.session.cancel();
      this.#answerWaiting(member, ERROR.UNKNOWN_MEMBER_ID);
    }
    this.#promised.clear();
    this.#members.clear();
    this.#instances.clear();
    this.#state = 'Dead';
  }

  #refuseJoin(request: JoinRequest): ErrorCode {
    if (this.#state === 'Dead') return ERROR.UNKNOWN_MEMBER_ID;
    if (this.#members.size + this.#promised.size >= MAX_MEMBERS && request.memberId === '') {
      return ERROR.GROUP_MAX_SIZE_REACHED;
    }
    const others = [...this.#members.values()].filter((member) => member.id !== request.memberId);
    const isCommonType = others.length === 0 || request.protocolType === this.#protocolType;
    const lists = [request.protocols, ...others.map((member) => member.protocols)];
    const isPossible = request.protocolType !== '' && chooseProtocol(lists) !== undefined;
    return isCommonType && isPossible ? ERROR.NONE : ERROR.INCONSISTENT_GROUP_PROTOCOL;
  }

  #joinNew(request: JoinRequest, resolve: (outcome: JoinOutcome) => void): void {
    const memberId = `${request.instanceId ?? request.clientId}-${this.#environment.ids.next()}`;
    const known = request.instanceId === null ? undefined : this.#instances.get(request.instanceId);
    if (known) {
      this.#replace(known, memberId, request, resolve);
    } else if (request.requiresKnownId && request.instanceId === null) {
      const forget = () => {
        this.#dropPromise(memberId);
        this.#completeJoinIfReady();
      };
      const { clock } = this.#environment;
      this.#promised.set(memberId, createDeadline(clock, request.sessionTimeoutMs, forget));
      resolve(joinRefused(ERROR.MEMBER_ID_REQUIRED, memberId));
    } else {
      this.#admit(memberId, request, resolve);
    }
  }

  #joinKnown(request: JoinRequest, resolve: (outcome: JoinOutcome) => void): void {
    if (this.#promised.has(request.memberId)) {
      this.#dropPromise(request.memberId);
      this.#admit(request.memberId, request, resolve);
      return;
    }
    const error = this.#identify(request);
    const member = this.#members.get(request.memberId);
    if (error || !member) {
      resolve(joinRefused(error, request.memberId));
      return;
    }
    const isSettled = this.#state === 'Stable' || this.#state === 'CompletingRebalance';
    const asksForChange =
      !hasSameProtocols(member, request.protocols) ||
      // A leader that joins again has seen partitions change.
      (this.#state === 'Stable' && member.id === this.#leaderId);
    this.#update(member, request);
    if (isSettled && !asksForChange) {
      resolve(this.#joined(member));
      return;
    }
    this.#wait(member, resolve);
  }

  #admit(memberId: string, request: JoinRequest, resolve: (outcome: JoinOutcome) => void): void {
    const member: Member = {
      id: memberId,
      instanceId: request.instanceId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: request.protocols,
      assignment: NO_ASSIGNMENT,
      session: createDeadline(this.#environment.clock, request.sessionTimeoutMs, () =>
        this.#expire(member),
      ),
    };
    this.#protocolType = request.protocolType;
    this.#members.set(memberId, member);
    if (request.instanceId !== null) this.#instances.set(request.instanceId, member);
    this.#wait(member, resolve);
  }

  /**
   * A static member came back without its id. Nothing is rebalanced if it asks for what it had:
   * it is told of the old leader id, takes itself for a follower, and syncs its old assignment.
   */
  #replace(
    member: Member,
    memberId: string,
    request: JoinRequest,
    resolve: (outcome: JoinOutcome) => void,
  ): void {
    const formerLeader = this.#leaderId;
    const isUnchanged = this.#state === 'Stable' && hasSameProtocols(member, request.protocols);
    this.#answerWaiting(member, ERROR.FENCED_INSTANCE_ID);
    this.#members.delete(member.id);
    if (this.#leaderId === member.id) this.#leaderId = memberId;
    member.id = memberId;
    this.#members.set(memberId, member);
    this.#update(member, request);
    if (isUnchanged) resolve({ ...this.#joined(member), leader: formerLeader, members: [] });
    else this.#wait(member, resolve);
  }

  #update(member: Member, request: JoinRequest): void {
    Object.assign(member, {
      protocols: request.protocols,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      clientId: request.clientId,
      clientHost: request.clientHost,
    });
    member.session.restart(member.sessionTimeoutMs);
  }

  /** Keeps the answer back until everyone has joined. */
  #wait(member: Member, resolve: (outcome: JoinOutcome) => void): void {
    member.answerJoin?.(joinRefused(ERROR.REBALANCE_IN_PROGRESS, member.id));
    member.answerJoin = resolve;
    if (this.#state !== 'PreparingRebalance') this.#prepareRebalance();
    this.#completeJoinIfReady();
  }

  #prepareRebalance(): void {
    this.#isFirstWait = this.#state === 'Empty';
    this.#state = moveTo(this.#state, 'PreparingRebalance');
    for (const member of this.#members.values()) {
      member.answerSync?.(syncRefused(ERROR.REBALANCE_IN_PROGRESS));
      member.answerSync = undefined;
    }
    this.#startPhase(
      this.#isFirstWait ? this.#environment.initialRebalanceDelayMs : this.#patienceMs(),
      () => this.#completeJoin(),
    );
  }

  #completeJoinIfReady(): void {
    if (this.#state !== 'PreparingRebalance' || this.#isFirstWait || this.#promised.size > 0)
      return;
    if ([...this.#members.values()].every((member) => member.answerJoin)) this.#completeJoin();
  }

  /** Begins the next generation with those who have joined. */
  #completeJoin(): void {
    this.#isFirstWait = false;
    const absent = [...this.#members.values()].filter((member) => !member.answerJoin);
    for (const member of absent) {
      // A static member may be restarting: only its session timeout removes it.
      if (member.instanceId === null) this.#forget(member);
    }
    this.#generation += 1;
    if (this.#members.size === 0) {
      this.#phase?.cancel();
      this.#leaderId = '';
      this.#state = moveTo(this.#state, 'Empty');
      return;
    }
    const joined = [...this.#members.values()].filter((member) => member.answerJoin);
    const leader = joined.find((member) => member.id === this.#leaderId) ?? joined[0];
    if (!leader) {
      this.#startPhase(this.#patienceMs(), () => this.#completeJoin());
      return;
    }
    this.#leaderId = leader.id;
    const lists = [...this.#members.values()].map((member) => member.protocols);
    this.#protocolName = chooseProtocol(lists) ?? '';
    this.#state = moveTo(this.#state, 'CompletingRebalance');
    this.#startPhase(this.#patienceMs(), () =>
      this.#remove([...this.#members.values()].filter((member) => !member.answerSync)),
    );
    for (const member of joined) {
      member.session.restart(member.sessionTimeoutMs);
      member.answerJoin?.(this.#joined(member));
      member.answerJoin = undefined;
    }
  }

  #completeSync(assignments: SyncRequest['assignments']): void {
    const byMember = new Map(assignments.map((entry) => [entry.memberId, entry.assignment]));
    this.#phase?.cancel();
    this.#state = moveTo(this.#state, 'Stable');
    for (const member of this.#members.values()) {
      // Copied: the request's frame is much larger and must not be kept alive.
      member.assignment = Buffer.from(byMember.get(member.id) ?? NO_ASSIGNMENT);
      member.answerSync?.(this.#synced(member));
      member.answerSync = undefined;
      member.session.restart(member.sessionTimeoutMs);
    }
  }

  #expire(member: Member): void {
    // While it waits for us it cannot send a heartbeat.
    if (member.answerJoin || member.answerSync) member.session.restart(member.sessionTimeoutMs);
    else this.#remove([member]);
  }

  #remove(members: Member[]): void {
    for (const member of members) this.#forget(member);
    if (this.#state === 'Stable' || this.#state === 'CompletingRebalance') this.#prepareRebalance();
    this.#completeJoinIfReady();
  }

  #forget(member: Member): void {
    member.session.cancel();
    this.#members.delete(member.id);
    if (member.instanceId !== null) this.#instances.delete(member.instanceId);
    this.#answerWaiting(member, ERROR.UNKNOWN_MEMBER_ID);
  }

  #answerWaiting(member: Member, error: ErrorCode): void {
    member.answerJoin?.(joinRefused(error, member.id));
    member.answerSync?.(syncRefused(error));
    member.answerJoin = undefined;
    member.answerSync = undefined;
  }

  #dropPromise(memberId: string): void {
    this.#promised.get(memberId)?.cancel();
    this.#promised.delete(memberId);
  }

  #touch(memberId: string): void {
    const member = this.#members.get(memberId);
    member?.session.restart(member.sessionTimeoutMs);
  }

  #check(member: MemberReference, generation: number): ErrorCode {
    const error = this.#identify(member);
    if (error) return error;
    return generation === this.#generation ? ERROR.NONE : ERROR.ILLEGAL_GENERATION;
  }

  #identify({ memberId, instanceId }: MemberReference): ErrorCode {
    if (instanceId !== null) {
      const known = this.#instances.get(instanceId);
      if (known && known.id !== memberId) return ERROR.FENCED_INSTANCE_ID;
    }
    return this.#members.has(memberId) ? ERROR.NONE : ERROR.UNKNOWN_MEMBER_ID;
  }

  #checkSync(request: SyncRequest): ErrorCode {
    const error = this.#check(request, request.generation);
    if (error) return error;
    if (this.#state === 'PreparingRebalance') return ERROR.REBALANCE_IN_PROGRESS;
    const isAgreed =
      (request.protocolType ?? this.#protocolType) === this.#protocolType &&
      (request.protocolName ?? this.#protocolName) === this.#protocolName;
    return isAgreed ? ERROR.NONE : ERROR.INCONSISTENT_GROUP_PROTOCOL;
  }

  #joined(member: Member): JoinOutcome {
    const isLeader = member.id === this.#leaderId;
    return {
      error: ERROR.NONE,
      generation: this.#generation,
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      leader: this.#leaderId,
      memberId: member.id,
      members: isLeader ? [...this.#members.values()].map((other) => this.#entry(other)) : [],
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

  #synced(member: Member): SyncOutcome {
    return {
      error: ERROR.NONE,
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      assignment: member.assignment,
    };
  }

  #patienceMs(): number {
    return Math.max(0, ...[...this.#members.values()].map((member) => member.rebalanceTimeoutMs));
  }

  #startPhase(durationMs: number, onEnd: () => void): void {
    this.#phase?.cancel();
    this.#phase = createDeadline(this.#environment.clock, durationMs, onEnd);
  }
}
