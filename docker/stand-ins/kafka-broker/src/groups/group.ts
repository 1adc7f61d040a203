import type { Clock, IdSource } from '@faultline/chassis/core';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { GroupState } from './group-state.ts';
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
import { createMembership, type MemberReference, type Membership } from './membership.ts';
import { createRebalance, type Assignments, type Rebalance } from './rebalance.ts';

const MAX_MEMBERS = 1000;

/** A SyncGroup request, without what every group request has. */
export interface SyncRequest extends MemberReference {
  generation: number;
  /** Null before version 5. */
  protocolType: string | null;
  protocolName: string | null;
  assignments: Assignments;
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
  readonly #ids: IdSource;
  readonly #members: Membership;
  readonly #rebalance: Rebalance;

  constructor(id: string, environment: GroupEnvironment) {
    this.id = id;
    this.#ids = environment.ids;
    this.#members = createMembership(environment.clock);
    this.#rebalance = createRebalance(this.#members, environment);
  }

  get state(): GroupState {
    return this.#rebalance.state;
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
      if (this.state === 'Stable') {
        resolve(this.#rebalance.synced(member));
        return;
      }
      member.answerSync?.(syncRefused(ERROR.REBALANCE_IN_PROGRESS));
      member.answerSync = resolve;
      if (member.id === this.#rebalance.leaderId) {
        this.#rebalance.completeSync(request.assignments);
      }
    });
  }

  heartbeat(member: MemberReference, generation: number): ErrorCode {
    const error = this.#check(member, generation);
    if (error) return error;
    this.#members.touch(member.memberId);
    return this.state === 'PreparingRebalance' ? ERROR.REBALANCE_IN_PROGRESS : ERROR.NONE;
  }

  leave({ memberId, instanceId }: MemberReference): ErrorCode {
    if (this.#members.redeem(memberId)) {
      this.#rebalance.completeJoinIfReady();
      return ERROR.NONE;
    }
    // An operator removes a static member by its instance id alone.
    const member =
      instanceId !== null && memberId === ''
        ? this.#members.instance(instanceId)
        : this.#members.get(memberId);
    const reference = { memberId: memberId || (member?.id ?? ''), instanceId };
    const error = this.#members.identify(reference);
    if (error || !member) return error;
    this.#rebalance.remove([member]);
    return ERROR.NONE;
  }

  checkCommit(member: MemberReference, generation: number): ErrorCode {
    // A consumer that assigns partitions to itself commits without being a member.
    if (generation < 0 && this.state === 'Empty') return ERROR.NONE;
    const error = this.#check(member, generation);
    if (error) return error;
    this.#members.touch(member.memberId);
    return this.state === 'CompletingRebalance' ? ERROR.REBALANCE_IN_PROGRESS : ERROR.NONE;
  }

  describe(): GroupDescription {
    const { state, protocolType, protocolName } = this.#rebalance;
    return {
      state,
      protocolType,
      protocolName: state === 'Stable' ? protocolName : '',
      members: this.#members.list(),
    };
  }

  close(): void {
    this.#members.clear();
    this.#rebalance.end();
  }

  #refuseJoin(request: JoinRequest): ErrorCode {
    if (this.state === 'Dead') return ERROR.UNKNOWN_MEMBER_ID;
    const known = this.#members.size + this.#members.promises;
    if (known >= MAX_MEMBERS && request.memberId === '') return ERROR.GROUP_MAX_SIZE_REACHED;
    const others = this.#members.list().filter((member) => member.id !== request.memberId);
    const isCommonType =
      others.length === 0 || request.protocolType === this.#rebalance.protocolType;
    const lists = [request.protocols, ...others.map((member) => member.protocols)];
    const isPossible = request.protocolType !== '' && chooseProtocol(lists) !== undefined;
    return isCommonType && isPossible ? ERROR.NONE : ERROR.INCONSISTENT_GROUP_PROTOCOL;
  }

  #joinNew(request: JoinRequest, resolve: (outcome: JoinOutcome) => void): void {
    const { instanceId } = request;
    const memberId = `${instanceId ?? request.clientId}-${this.#ids.next()}`;
    const known = instanceId === null ? undefined : this.#members.instance(instanceId);
    if (known) {
      this.#replace(known, memberId, request, resolve);
    } else if (request.requiresKnownId && instanceId === null) {
      this.#members.promise(memberId, request.sessionTimeoutMs, () => {
        this.#members.redeem(memberId);
        this.#rebalance.completeJoinIfReady();
      });
      resolve(joinRefused(ERROR.MEMBER_ID_REQUIRED, memberId));
    } else {
      this.#admit(memberId, request, resolve);
    }
  }

  #joinKnown(request: JoinRequest, resolve: (outcome: JoinOutcome) => void): void {
    if (this.#members.redeem(request.memberId)) {
      this.#admit(request.memberId, request, resolve);
      return;
    }
    const error = this.#members.identify(request);
    const member = this.#members.get(request.memberId);
    if (error || !member) {
      resolve(joinRefused(error, request.memberId));
      return;
    }
    const isSettled = this.state === 'Stable' || this.state === 'CompletingRebalance';
    const asksForChange =
      !hasSameProtocols(member, request.protocols) ||
      // A leader that joins again has seen partitions change.
      (this.state === 'Stable' && member.id === this.#rebalance.leaderId);
    this.#members.update(member, request);
    if (isSettled && !asksForChange) resolve(this.#rebalance.joined(member));
    else this.#rebalance.wait(member, resolve);
  }

  #admit(memberId: string, request: JoinRequest, resolve: (outcome: JoinOutcome) => void): void {
    const member = this.#members.add(memberId, request, (expired) => this.#expire(expired));
    this.#rebalance.protocolType = request.protocolType;
    this.#rebalance.wait(member, resolve);
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
    const formerLeader = this.#rebalance.leaderId;
    const isUnchanged = this.state === 'Stable' && hasSameProtocols(member, request.protocols);
    if (formerLeader === member.id) this.#rebalance.leaderId = memberId;
    this.#members.rename(member, memberId);
    this.#members.update(member, request);
    if (isUnchanged) {
      resolve({ ...this.#rebalance.joined(member), leader: formerLeader, members: [] });
    } else this.#rebalance.wait(member, resolve);
  }

  #expire(member: Member): void {
    // While it waits for us it cannot send a heartbeat.
    if (member.answerJoin || member.answerSync) member.session.restart(member.sessionTimeoutMs);
    else this.#rebalance.remove([member]);
  }

  #check(member: MemberReference, generation: number): ErrorCode {
    const error = this.#members.identify(member);
    if (error) return error;
    return generation === this.#rebalance.generation ? ERROR.NONE : ERROR.ILLEGAL_GENERATION;
  }

  #checkSync(request: SyncRequest): ErrorCode {
    const error = this.#check(request, request.generation);
    if (error) return error;
    if (this.state === 'PreparingRebalance') return ERROR.REBALANCE_IN_PROGRESS;
    const { protocolType, protocolName } = this.#rebalance;
    const isAgreed =
      (request.protocolType ?? protocolType) === protocolType &&
      (request.protocolName ?? protocolName) === protocolName;
    return isAgreed ? ERROR.NONE : ERROR.INCONSISTENT_GROUP_PROTOCOL;
  }
}
