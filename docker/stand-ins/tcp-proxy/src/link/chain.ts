import type { Clock } from '@faultline/chassis/core';
import type { Toxic } from '../proxy/toxic.ts';
import type { Behaviour, Verdict } from '../toxics/toxic-type.ts';
import type { BufferBudget } from './budget.ts';
import type { Chunk } from './chunk.ts';
import { Stage } from './stage.ts';

/** Decisions taken before the event loop gets its turn: a slicer of 1 byte must not stall it. */
const DECISIONS_PER_TURN = 512;

/** Where a chain leads: the other socket of the connection. */
export interface Outlet {
  /** Answers whether more may follow; if not, `Chain.run` is called once there is room. */
  write(data: Buffer): boolean;
  /** Everything has been written. `closing`: a toxic asked for the connection to be closed. */
  end(closing: boolean): void;
  /** A toxic asked for a reset. */
  reset(): void;
}

export interface ChainInput {
  readonly clock: Clock;
  readonly budget: BufferBudget;
  readonly outlet: Outlet;
  /** Called after each turn that may have changed `hasRoom`. */
  readonly onTurn: () => void;
}

/**
 * The toxics of one link, in the order of their creation.
 *
 * ```
 *   source --push--> [stage 0] --> [stage 1] --> ... --> outlet
 *      ^                                                   |
 *      +------------- hasRoom: pause and resume -----------+
 * ```
 *
 * Data moves only when the next stage has room. Taking a stage away moves what it holds, in order
 * and room or not, to the next one: no byte is lost, doubled or overtaken.
 */
export class Chain {
  readonly #input: ChainInput;
  readonly #stages: Stage[] = [];
  #outletReady = true;
  #ended = false;
  #closing = false;
  #finished = false;
  #running = false;
  #nextTurn: NodeJS.Immediate | undefined;
  readonly #runSoon = (): void => this.run();

  constructor(input: ChainInput) {
    this.#input = input;
  }

  get stages(): readonly Stage[] {
    return this.#stages;
  }

  /** True once the end has reached the outlet or the chain was closed; nothing moves any more. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether the source may go on reading. */
  hasRoom(): boolean {
    return this.#ended || this.#hasRoom(0);
  }

  /**
   * Takes data from the source, lent until the call returns: stages get a copy, the outlet the data
   * itself. After the end, or a close by a toxic, it is thrown away.
   */
  push(data: Buffer): void {
    if (this.#ended) return;
    const first = this.#stages[0];
    if (!first) {
      if (!this.#input.outlet.write(data)) this.#outletReady = false;
      return;
    }
    first.push({ data: Buffer.from(data), stampMs: this.#input.clock.monotonicMs() });
    this.run();
  }

  /** The source has ended: the end follows the data through the toxics. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#endAt(0);
    this.run();
  }

  /** The outlet has room again. */
  drained(): void {
    this.#outletReady = true;
    this.run();
  }

  /** @param behaviour that of one side of a conversation; default: the toxic's own */
  add(toxic: Toxic, behaviour?: Behaviour): void {
    if (this.#ended) return;
    this.#stages.push(new Stage(toxic, this.#input, this.#runSoon, behaviour));
    this.run();
  }

  update(toxic: Toxic): void {
    const index = this.#indexOf(toxic);
    const stage = this.#stages[index];
    if (!stage) return;
    const released = stage.restart(this.#input.clock.monotonicMs());
    if (released) this.#forward(index + 1, released);
    this.run();
  }

  remove(toxic: Toxic): void {
    const index = this.#indexOf(toxic);
    const stage = this.#stages[index];
    if (!stage) return;
    this.#stages.splice(index, 1);
    const released = stage.release();
    if (released === 'broken') {
      stage.discard();
      this.close();
      return;
    }
    if (released && released.length > 0) this.#forward(index, this.#chunkOf(released));
    for (let chunk = stage.take(); chunk; chunk = stage.take()) this.#forward(index, chunk);
    if (stage.ended) this.#endAt(index);
    stage.discard();
    this.run();
  }

  /** Drops what is held, delivers what has passed, and closes the connection. */
  close(): void {
    if (this.#finished) return;
    this.#closing = true;
    this.#passEnd(this.#stages.length - 1);
  }

  /** Drops everything; the connection is gone. */
  dispose(): void {
    this.#ended = true;
    this.#finished = true;
    clearImmediate(this.#nextTurn);
    for (const stage of this.#stages) stage.discard();
    this.#stages.length = 0;
  }

  /** Moves data as far as toxics and room allow. */
  run(): void {
    if (this.#running || this.#finished) return;
    this.#running = true;
    clearImmediate(this.#nextTurn);
    let left = DECISIONS_PER_TURN;
    let moved = true;
    while (moved && left > 0 && !this.#finished) {
      moved = false;
      const nowMs = this.#input.clock.monotonicMs();
      // From the last stage to the first, so that each one finds the room its successor made.
      for (let index = this.#stages.length - 1; index >= 0 && !this.#finished; index -= 1) {
        left -= 1;
        if (this.#step(index, nowMs)) moved = true;
      }
    }
    this.#running = false;
    if (moved && !this.#finished) this.#nextTurn = setImmediate(this.#runSoon);
    this.#input.onTurn();
  }

  #step(index: number, nowMs: number): boolean {
    const stage = this.#stages[index];
    if (!stage) return false;
    if (stage.head && !stage.swallows && !this.#hasRoom(index + 1)) return false;
    const verdict = stage.decide(nowMs);
    if (!verdict) return false;
    this.#apply(verdict, stage, index);
    return true;
  }

  #apply(verdict: Verdict, stage: Stage, index: number): void {
    switch (verdict.kind) {
      case 'pass': {
        const chunk = stage.take();
        if (chunk) this.#forward(index + 1, chunk);
        else this.#passEnd(index);
        return;
      }
      case 'split': {
        const chunk = stage.split(verdict.sizeBytes);
        if (chunk) this.#forward(index + 1, chunk);
        return;
      }
      case 'replace': {
        const chunk = stage.take();
        const stampMs = chunk?.stampMs ?? this.#input.clock.monotonicMs();
        this.#forward(index + 1, { data: verdict.data, stampMs });
        return;
      }
      case 'insert':
        this.#forward(index + 1, this.#chunkOf(verdict.data));
        return;
      case 'drop':
        stage.take();
        return;
      case 'close':
        this.#closing = true;
        this.#passEnd(index);
        return;
      case 'reset':
        this.dispose();
        this.#input.outlet.reset();
        return;
      case 'wait':
        return;
    }
  }

  /** Nothing can follow the end: the stages up to `index` have done their work. */
  #passEnd(index: number): void {
    this.#ended = true;
    for (const done of this.#stages.splice(0, index + 1)) done.discard();
    this.#endAt(0);
  }

  #endAt(index: number): void {
    const stage = this.#stages[index];
    if (stage) {
      stage.end();
      return;
    }
    this.#finished = true;
    this.#input.outlet.end(this.#closing);
  }

  #forward(index: number, chunk: Chunk): void {
    const stage = this.#stages[index];
    if (stage) stage.push(chunk);
    else if (!this.#input.outlet.write(chunk.data)) this.#outletReady = false;
  }

  #chunkOf(data: Buffer): Chunk {
    return { data, stampMs: this.#input.clock.monotonicMs() };
  }

  #hasRoom(index: number): boolean {
    return this.#stages[index]?.hasRoom() ?? this.#outletReady;
  }

  #indexOf(toxic: Toxic): number {
    return this.#stages.findIndex((stage) => stage.toxic === toxic);
  }
}
