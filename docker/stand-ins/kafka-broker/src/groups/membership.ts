import type { Clock } from '@faultline/chassis/core';
import { createDeadline, type Deadline } from '../deadline.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import { joinRefused, syncRefused, type JoinRequest, type Member } from './member.ts';

/** Whom a group request speaks for. */
export interface MemberReference {
  memberId: string;
  instanceId: string | null;
}

/** Who is in a group: its members, their sessions, and those who were promised an id. */
export interface Membership {
  readonly size: number;
  /** Ids given out to members that have not come back with them yet. */
  readonly promises: number;
  list(): Member[];
  get(memberId: string): Member | undefined;
  /** The static member of this name. */
  instance(instanceId: string): Member | undefined;
  /** Whether the reference is of a member, or why not. */
  identify(reference: MemberReference): ErrorCode;
  add(memberId: string, request: JoinRequest, onExpired: (member: Member) => void): Member;
  /** A static member came back: it goes on under another id, and its former self is fenced. */
  rename(member: Member, memberId: string): void;
  /** Takes over what a member asks for now, and that it was heard of. */
  update(member: Member, request: JoinRequest): void;
  /** A member was heard of. */
  touch(memberId: string): void;
  forget(member: Member): void;
  /** Keeps an id for a member that shall come back with it within `durationMs`. */
  promise(memberId: string, durationMs: number, onExpired: () => void): void;
  /** Whether the id was promised; it no longer is. */
  redeem(memberId: string): boolean;
  /** Forgets everyone; who waits for an answer gets one. */
  clear(): void;
}

/** Nobody is in it yet. */
export function createMembership(clock: Clock): Membership {
  return new KnownMembers(clock);
}

class KnownMembers implements Membership {
  readonly #clock: Clock;
  readonly #members = new Map<string, Member>();
  readonly #instances = new Map<string, Member>();
  readonly #promised = new Map<string, Deadline>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#members.size;
  }

  get promises(): number {
    return this.#promised.size;
  }

  list(): Member[] {
    return [...this.#members.values()];
  }

  get(memberId: string): Member | undefined {
    return this.#members.get(memberId);
  }

  instance(instanceId: string): Member | undefined {
    return this.#instances.get(instanceId);
  }

  identify({ memberId, instanceId }: MemberReference): ErrorCode {
    if (instanceId !== null) {
      const known = this.#instances.get(instanceId);
      if (known && known.id !== memberId) return ERROR.FENCED_INSTANCE_ID;
    }
    return this.#members.has(memberId) ? ERROR.NONE : ERROR.UNKNOWN_MEMBER_ID;
  }

  add(memberId: string, request: JoinRequest, onExpired: (member: Member) => void): Member {
    const member: Member = {
      id: memberId,
      instanceId: request.instanceId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: request.protocols,
      assignment: Buffer.alloc(0),
      session: createDeadline(this.#clock, request.sessionTimeoutMs, () => onExpired(member)),
    };
    this.#members.set(memberId, member);
    if (request.instanceId !== null) this.#instances.set(request.instanceId, member);
    return member;
  }

  rename(member: Member, memberId: string): void {
    answerWaiting(member, ERROR.FENCED_INSTANCE_ID);
    this.#members.delete(member.id);
    member.id = memberId;
    this.#members.set(memberId, member);
  }

  update(member: Member, request: JoinRequest): void {
    Object.assign(member, {
      protocols: request.protocols,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      clientId: request.clientId,
      clientHost: request.clientHost,
    });
    member.session.restart(member.sessionTimeoutMs);
  }

  touch(memberId: string): void {
    const member = this.#members.get(memberId);
    member?.session.restart(member.sessionTimeoutMs);
  }

  forget(member: Member): void {
    member.session.cancel();
    this.#members.delete(member.id);
    if (member.instanceId !== null) this.#instances.delete(member.instanceId);
    answerWaiting(member, ERROR.UNKNOWN_MEMBER_ID);
  }

  promise(memberId: string, durationMs: number, onExpired: () => void): void {
    this.#promised.set(memberId, createDeadline(this.#clock, durationMs, onExpired));
  }

  redeem(memberId: string): boolean {
    this.#promised.get(memberId)?.cancel();
    return this.#promised.delete(memberId);
  }

  clear(): void {
    for (const promise of this.#promised.values()) promise.cancel();
    for (const member of this.#members.values()) {
      member.session.cancel();
      answerWaiting(member, ERROR.UNKNOWN_MEMBER_ID);
    }
    this.#promised.clear();
    this.#members.clear();
    this.#instances.clear();
  }
}

function answerWaiting(member: Member, error: ErrorCode): void {
  member.answerJoin?.(joinRefused(error, member.id));
  member.answerSync?.(syncRefused(error));
  member.answerJoin = undefined;
  member.answerSync = undefined;
}
