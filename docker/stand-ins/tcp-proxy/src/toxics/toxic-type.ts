import type { Random } from '@faultline/chassis/core';
import type { Chunk } from '../link/chunk.ts';
import type { Attributes, AttributesOf, AttributeSpecs } from './attributes.ts';

/**
 * What a toxic decides about the head of its queue (a chunk, or the end of the stream).
 *
 * ```
 *             +---------------- stage ----------------+
 *   chunk --> | queue: c4 c3 c2 [c1]  -> onChunk(c1)  | --> pass | split --> next stage or socket
 *             |                            |          |     drop: gone, nothing follows
 *             |                      wait(untilMs)    |     close | reset: the connection ends
 *             +---------------------------------------+
 * ```
 */
export type Verdict =
  /** The head moves on. */
  | { readonly kind: 'pass' }
  /** The head is thrown away. Never for the end of the stream. */
  | { readonly kind: 'drop' }
  /** The head's first `sizeBytes` move on; the rest becomes the head. */
  | { readonly kind: 'split'; readonly sizeBytes: number }
  /** The head is gone; `data` moves on in its place. */
  | { readonly kind: 'replace'; readonly data: Buffer }
  /** `data` moves on before the head, which is asked about again. */
  | { readonly kind: 'insert'; readonly data: Buffer }
  /** Ask again at `untilMs` (monotonic; Infinity: only when something changes). */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** What has passed is delivered, then both sockets are closed in order (FIN). */
  | { readonly kind: 'close' }
  /** Both sockets are reset at once (RST). */
  | { readonly kind: 'reset' };

export const PASS: Verdict = { kind: 'pass' };
export const DROP: Verdict = { kind: 'drop' };
export const CLOSE: Verdict = { kind: 'close' };
export const RESET: Verdict = { kind: 'reset' };

/** Ask again at `untilMs`; Infinity means "only when something changes". */
export function waitUntil(untilMs: number): Verdict {
  return { kind: 'wait', untilMs };
}

/** A toxic at work on one link. Holds that link's state (counts, due times). */
export interface Behaviour {
  /** Decides about the chunk at the head. Asked again after each `wait` and each `split`. */
  onChunk(chunk: Chunk, nowMs: number): Verdict;
  /** Decides about the end of the stream, once everything before it has left. Default: pass. */
  onEnd?(nowMs: number): Verdict;
  /** Asked while the queue is empty and the stream open; only `wait` and `close` make sense. */
  onIdle?(nowMs: number): Verdict;
  /**
   * The toxic was updated: forget due times, keep counts. Answers whether a chunk that is waiting
   * now shall leave at once, as Toxiproxy does with the chunk in hand (default: true).
   */
  restart?(nowMs: number): boolean;
  /**
   * The toxic goes: bytes that the behaviour took from chunks and kept, to be delivered before what
   * waits. `broken`: the stream cannot go on without the toxic; the connection is closed.
   */
  release?(): Buffer | 'broken';
}

/** The two sides of a toxic that follows both directions of a connection. */
export interface Conversation {
  readonly upstream: Behaviour;
  readonly downstream: Behaviour;
}

/** What a conversation is built from. */
export interface ConversationInput<Values> extends BehaviourInput<Values> {
  /** Share that is hit; what of, is for the conversation to say. */
  readonly toxicity: () => number;
  /** Puts bytes into the downstream direction, before all of its toxics. */
  readonly answer: (data: Buffer) => void;
}

/** What a behaviour is built from. `attributes` always shows the current values. */
export interface BehaviourInput<Values> {
  readonly attributes: () => Values;
  /** Seeded for this toxic and this link. */
  readonly random: Random;
  /** Monotonic time at which the toxic was attached to the link. */
  readonly nowMs: number;
}

/** A kind of toxic: one file in this folder plus one line in `registry.ts`. */
export interface ToxicType {
  /** The `type` of the API. */
  readonly name: string;
  readonly summary: string;
  /** In the order in which the API prints them. */
  readonly attributes: AttributeSpecs;
  /** A rule over several attributes; says what is wrong, or undefined. */
  readonly rule?: (attributes: Attributes) => string | undefined;
  /** How many bytes may wait in the stage before it asks its source to pause; 0: one chunk. */
  readonly bufferBytes: number;
  /** True when the behaviour never lets data through, so that a slow reader must not stall it. */
  readonly swallows: boolean;
  /** True when taking the toxic away closes the connections of its direction. */
  readonly closesOnRemoval: boolean;
  readonly createBehaviour: (input: BehaviourInput<Attributes>) => Behaviour;
  /** In place of `createBehaviour`: the toxic is at work in both directions of a connection. */
  readonly createConversation?: (input: ConversationInput<Attributes>) => Conversation;
}

interface ToxicDefinition<Specs extends AttributeSpecs> {
  name: string;
  summary: string;
  attributes: Specs;
  rule?: (attributes: AttributesOf<Specs>) => string | undefined;
  bufferBytes?: number;
  swallows?: boolean;
  closesOnRemoval?: boolean;
  createBehaviour: (input: BehaviourInput<AttributesOf<Specs>>) => Behaviour;
}

/** Defines a toxic type with attributes checked against its own description. */
export function defineToxic<Specs extends AttributeSpecs>(
  definition: ToxicDefinition<Specs>,
): ToxicType {
  return {
    bufferBytes: 0,
    swallows: false,
    closesOnRemoval: false,
    ...definition,
    // Attributes reach a behaviour only after validation against these very specs.
  } as unknown as ToxicType;
}

interface ConversationDefinition<Specs extends AttributeSpecs> {
  name: string;
  summary: string;
  attributes: Specs;
  rule?: (attributes: AttributesOf<Specs>) => string | undefined;
  createConversation: (input: ConversationInput<AttributesOf<Specs>>) => Conversation;
}

/** Defines a toxic type that follows both directions of a connection at once. */
export function defineConversation<Specs extends AttributeSpecs>(
  definition: ConversationDefinition<Specs>,
): ToxicType {
  return {
    ...{ bufferBytes: 0, swallows: false, closesOnRemoval: false },
    createBehaviour: () => ({ onChunk: () => PASS }),
    ...definition,
  } as unknown as ToxicType;
}
