import type { Clock, Random } from '@faultline/chassis/core';
import { PASS, waitUntil, type Behaviour, type Verdict } from '../toxics/toxic-type.ts';
import type { Toxic } from '../proxy/toxic.ts';
import type { BufferBudget } from './budget.ts';
import { ChunkQueue, type Chunk } from './chunk.ts';
import { createWake, type Wake } from './wake.ts';

/** One toxic on one link: its queue, its behaviour, and when to ask it again. */
export class Stage {
  readonly toxic: Toxic;
  /** The end of the stream has arrived and stands behind the queue. */
  ended = false;
  readonly #queue = new ChunkQueue();
  readonly #budget: BufferBudget;
  readonly #random: Random;
  readonly #behaviour: Behaviour;
  readonly #drawsItself: boolean;
  readonly #wake: Wake;
  #acting: boolean;
  #dueMs = 0;

  /**
   * @param given what decides in place of a behaviour of its own; it draws for itself whom it hits
   */
  constructor(
    toxic: Toxic,
    { budget, clock }: { budget: BufferBudget; clock: Clock },
    onDue: () => void,
    given?: Behaviour,
  ) {
    this.toxic = toxic;
    this.#budget = budget;
    this.#random = toxic.nextRandom();
    this.#drawsItself = given !== undefined;
    this.#behaviour =
      given ??
      toxic.type.createBehaviour({
        attributes: () => toxic.attributes,
        random: this.#random,
        nowMs: clock.monotonicMs(),
      });
    this.#wake = createWake(clock, onDue);
    this.#acting = this.#draw();
  }

  /** Whether the toxicity draw made this link a victim. */
  get acting(): boolean {
    return this.#acting;
  }

  get heldBytes(): number {
    return this.#queue.costBytes;
  }

  get head(): Chunk | undefined {
    return this.#queue.head;
  }

  hasRoom(): boolean {
    return this.#budget.hasRoom(this.#queue.costBytes, this.toxic.type.bufferBytes);
  }

  /** Whether the toxic may be asked although the next stage is full. */
  get swallows(): boolean {
    return this.#acting && this.toxic.type.swallows;
  }

  push(chunk: Chunk): void {
    // A wait that was agreed for an empty queue does not bind the chunk that ends it.
    if (!this.#queue.head) this.rouse();
    this.#book(() => this.#queue.push(chunk));
  }

  end(): void {
    if (!this.#queue.head) this.rouse();
    this.ended = true;
  }

  /** What shall happen now; undefined while an agreed wait lasts. */
  decide(nowMs: number): Verdict | undefined {
    if (nowMs < this.#dueMs) return undefined;
    const verdict = this.#ask(nowMs);
    if (verdict.kind !== 'wait') {
      this.#dueMs = 0;
      return verdict;
    }
    this.#dueMs = verdict.untilMs;
    this.#wake.at(verdict.untilMs);
    return undefined;
  }

  take(): Chunk | undefined {
    return this.#book(() => this.#queue.shift());
  }

  split(sizeBytes: number): Chunk | undefined {
    return this.#book(() => this.#queue.split(sizeBytes));
  }

  /** The toxic was updated. Answers a chunk that must leave at once, if there is one. */
  restart(nowMs: number): Chunk | undefined {
    const waiting = this.#dueMs > nowMs;
    const release = this.#behaviour.restart?.(nowMs) ?? true;
    this.#acting = this.#draw();
    this.rouse();
    return waiting && release ? this.take() : undefined;
  }

  /** See `Behaviour.release`. */
  release(): Buffer | 'broken' | undefined {
    return this.#behaviour.release?.();
  }

  /** Ends any wait: the toxic is asked again at the next turn. */
  rouse(): void {
    this.#dueMs = 0;
    this.#wake.cancel();
  }

  /** Throws away what is held. */
  discard(): void {
    this.#wake.cancel();
    this.#book(() => this.#queue.clear());
  }

  #ask(nowMs: number): Verdict {
    const head = this.#queue.head;
    if (!this.#acting) return head || this.ended ? PASS : waitUntil(Infinity);
    if (head) return this.#behaviour.onChunk(head, nowMs);
    if (this.ended) return this.#behaviour.onEnd?.(nowMs) ?? PASS;
    return this.#behaviour.onIdle?.(nowMs) ?? waitUntil(Infinity);
  }

  /** Toxicity 0 is below, and 1 above, every number that can be drawn. */
  #draw(): boolean {
    return this.#drawsItself || this.#random.next() < this.toxic.toxicity;
  }

  #book<T>(change: () => T): T {
    const before = this.#queue.costBytes;
    const result = change();
    this.#budget.add(this.#queue.costBytes - before);
    return result;
  }
}
