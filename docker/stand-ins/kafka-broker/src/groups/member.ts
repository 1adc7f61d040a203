import type { Deadline } from '../deadline.ts';
import type { ErrorCode } from '../wire/errors.ts';

/** One way of assigning that a member can do, and what it wants assigned, in its own encoding. */
export interface GroupProtocol {
  name: string;
  metadata: Buffer;
}

/** What a JoinGroup request asks for. */
export interface JoinRequest {
  groupId: string;
  /** Empty when the member has no id yet. */
  memberId: string;
  /** Set by a static member (KIP-345): it keeps its assignment over a restart. */
  instanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocolType: string;
  protocols: GroupProtocol[];
  /** Whether a new member must come back with the id it is given (KIP-394, from version 4 on). */
  requiresKnownId: boolean;
}

/** The answer to a JoinGroup request. */
export interface JoinOutcome {
  error: ErrorCode;
  generation: number;
  protocolType: string | null;
  protocolName: string | null;
  leader: string;
  memberId: string;
  /** Only the leader is told who else is there. */
  members: { memberId: string; instanceId: string | null; metadata: Buffer }[];
}

/** The answer to a SyncGroup request. */
export interface SyncOutcome {
  error: ErrorCode;
  protocolType: string | null;
  protocolName: string | null;
  assignment: Buffer;
}

/** A member of a group. */
export interface Member {
  id: string;
  readonly instanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: GroupProtocol[];
  assignment: Buffer;
  /** Expires when the member was not heard of for its session timeout. */
  readonly session: Deadline;
  /** Set while its JoinGroup request waits for the others. */
  answerJoin?: ((outcome: JoinOutcome) => void) | undefined;
  /** Set while its SyncGroup request waits for the leader. */
  answerSync?: ((outcome: SyncOutcome) => void) | undefined;
}

/** Whether a member asks for exactly what it asked for before. */
export function hasSameProtocols(member: Member, protocols: GroupProtocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((protocol, index) => {
      const other = protocols[index];
      return other?.name === protocol.name && other.metadata.equals(protocol.metadata);
    })
  );
}

/**
 * The protocol that every member supports and most prefer; undefined when there is none.
 */
export function chooseProtocol(protocolLists: GroupProtocol[][]): string | undefined {
  const [first = []] = protocolLists;
  const common = first
    .map((protocol) => protocol.name)
    .filter((name) => protocolLists.every((list) => list.some((other) => other.name === name)));
  const votes = new Map(common.map((name) => [name, 0]));
  for (const list of protocolLists) {
    const vote = list.find((protocol) => votes.has(protocol.name))?.name;
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** The answer to a member that may not join. */
export function joinRefused(error: ErrorCode, memberId: string): JoinOutcome {
  return {
    error,
    generation: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    memberId,
    members: [],
  };
}

/** The answer to a member that gets no assignment. */
export function syncRefused(error: ErrorCode): SyncOutcome {
  return { error, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) };
}
