import type { Socket } from 'node:net';
import type { Clock } from '@faultline/chassis/core';
import type { BufferBudget } from './budget.ts';
import { Chain } from './chain.ts';
import type { Intake } from './intake.ts';
import type { ReadTurn } from './read-turn.ts';
import type { Stage } from './stage.ts';

/** Bytes that a link has read and written so far. */
export interface LinkCounters {
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export interface LinkInput {
  readonly source: Intake;
  readonly sink: Socket;
  readonly clock: Clock;
  readonly budget: BufferBudget;
  readonly turn: ReadTurn;
  /** Whether the end of one direction leaves the other one open. */
  readonly halfClose: boolean;
  /** A toxic asked for both sockets to be reset. */
  readonly onReset: () => void;
}

/**
 * One direction of a connection: reads the source, runs the toxics, writes the sink.
 *
 * ```
 *   end of stream           -> the sink's write side is closed (FIN), its read side stays open
 *   source lost, or a toxic -> what has passed is delivered, then the sink is closed both ways
 * ```
 */
export class Link {
  readonly chain: Chain;
  readonly #source: Socket;
  readonly #intake: Intake;
  readonly #sink: Socket;
  readonly #turn: ReadTurn;
  #receivedBytes = 0;
  #sentBytes = 0;
  #reading = true;
  #awaitsTurn = false;
  #closeBoth: boolean;

  constructor({ source, sink, clock, budget, turn, halfClose, onReset }: LinkInput) {
    this.#source = source.socket;
    this.#intake = source;
    this.#sink = sink;
    this.#turn = turn;
    this.#closeBoth = !halfClose;
    this.chain = new Chain({
      clock,
      budget,
      outlet: {
        write: (data) => {
          this.#sentBytes += data.length;
          return sink.write(data);
        },
        end: (closing) => {
          if (closing) this.#closeBoth = true;
          this.#endSink();
        },
        reset: onReset,
      },
      onTurn: () => this.#settle(),
    });
    source.deliverTo((data) => this.#take(data));
    this.#source.on('end', () => this.chain.end());
    sink.on('drain', () => this.chain.drained());
  }

  get stages(): readonly Stage[] {
    return this.chain.stages;
  }

  get counters(): LinkCounters {
    return { receivedBytes: this.#receivedBytes, sentBytes: this.#sentBytes };
  }

  /** The source is gone, in order or not: deliver what was read, then close the sink both ways. */
  sourceClosed(): void {
    this.#closeBoth = true;
    if (this.chain.finished) this.#endSink();
    else this.chain.end();
  }

  /** The sink is gone: nothing can be delivered any more. */
  dispose(): void {
    this.chain.dispose();
  }

  /** `data` is lent: what cannot leave at once has to be kept. */
  #take(data: Buffer): void {
    this.#receivedBytes += data.length;
    this.chain.push(data);
    if (this.#sink.writableLength > 0) this.#intake.keep();
    if (this.#turn.isSpentBy(data.length) && !this.#awaitsTurn) {
      this.#awaitsTurn = true;
      this.#turn.next(this.#turnCame);
    }
    this.#settle();
  }

  readonly #turnCame = (): void => {
    this.#awaitsTurn = false;
    this.#settle();
  };

  #endSink(): void {
    if (this.#closeBoth) this.#sink.destroySoon();
    else this.#sink.end();
  }

  /** Reading stops while the chain has no room (back-pressure) or others have their turn. */
  #settle(): void {
    const reading = !this.#awaitsTurn && this.chain.hasRoom();
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) this.#source.resume();
    else this.#source.pause();
  }
}
