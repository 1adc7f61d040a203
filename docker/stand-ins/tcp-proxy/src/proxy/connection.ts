import type { Socket } from 'node:net';
import type { Clock } from '@faultline/chassis/core';
import type { BufferBudget } from '../link/budget.ts';
import { adoptIntake, dialIntake, type Intake, type IntakeOptions } from '../link/intake.ts';
import { Link } from '../link/link.ts';
import type { ReadTurn } from '../link/read-turn.ts';
import type { HostPort } from './address.ts';
import type { Direction, Toxic } from './toxic.ts';

/** What each socket may have waiting to be written before its source is paused. */
const SOCKET_BUFFER_BYTES = 256 * 1024;

/** Options of every socket, accepted or dialled. */
export const SOCKET_OPTIONS: IntakeOptions = {
  allowHalfOpen: true,
  noDelay: true,
  highWaterMark: SOCKET_BUFFER_BYTES,
};

export interface ConnectionInput {
  readonly id: number;
  readonly client: Socket;
  readonly upstream: HostPort;
  readonly clock: Clock;
  readonly budget: BufferBudget;
  readonly turn: ReadTurn;
  readonly halfClose: boolean;
  /** How long the upstream may take to accept, ms. */
  readonly dialTimeoutMs: number;
  /** Toxics of a direction at the moment the upstream has accepted, in order of creation. */
  readonly toxics: (direction: Direction) => readonly Toxic[];
  readonly onDialFailed: (cause: Error) => void;
  /** Both sockets are closed. */
  readonly onClosed: (connection: Connection) => void;
}

/**
 * A client, the upstream dialled for it, and the two links between them.
 *
 * ```
 *             +-- upstream link ----->+
 *   client  --+                       +-- server
 *             +<---- downstream link -+
 * ```
 */
export class Connection {
  readonly id: number;
  readonly openedAtMs: number;
  readonly #input: ConnectionInput;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #links: { readonly upstream: Link; readonly downstream: Link };
  #state: 'dialling' | 'open' | 'closing' = 'dialling';
  #openSockets = 2;

  constructor(input: ConnectionInput) {
    this.#input = input;
    this.id = input.id;
    this.openedAtMs = input.clock.now();
    const client = adoptIntake(input.client, SOCKET_OPTIONS);
    const server = dialIntake(input.upstream, SOCKET_OPTIONS);
    this.#client = client.socket;
    this.#server = server.socket;
    this.#links = {
      upstream: this.#createLink(client, this.#server),
      downstream: this.#createLink(server, this.#client),
    };
    this.#follow(this.#client, this.#links.upstream, this.#links.downstream);
    this.#follow(this.#server, this.#links.downstream, this.#links.upstream);
    this.#dial();
  }

  get state(): 'dialling' | 'open' | 'closing' {
    return this.#state;
  }

  /** `?` once the client's socket is closed. */
  get clientAddress(): string {
    return `${this.#client.remoteAddress ?? '?'}:${this.#client.remotePort ?? '?'}`;
  }

  link(direction: Direction): Link {
    return this.#links[direction];
  }

  addToxic(toxic: Toxic): void {
    if (this.#state !== 'open') return;
    const { upstream, downstream } = this.#links;
    const conversation = toxic.type.createConversation?.({
      attributes: () => toxic.attributes,
      toxicity: () => toxic.toxicity,
      random: toxic.nextRandom(),
      nowMs: this.#input.clock.monotonicMs(),
      answer: (data) => downstream.chain.push(data),
    });
    if (conversation) {
      upstream.chain.add(toxic, conversation.upstream);
      downstream.chain.add(toxic, conversation.downstream);
    } else {
      this.#links[toxic.direction].chain.add(toxic);
    }
  }

  updateToxic(toxic: Toxic): void {
    for (const { chain } of this.#linksOf(toxic)) chain.update(toxic);
  }

  removeToxic(toxic: Toxic): void {
    for (const { chain } of this.#linksOf(toxic)) {
      if (toxic.type.closesOnRemoval && this.#state === 'open') chain.close();
      else chain.remove(toxic);
    }
  }

  /** Closes both sockets at once; data that is still held is lost. */
  close(): void {
    this.#abandon();
    this.#client.destroy();
    this.#server.destroy();
  }

  /** Resets both sockets (RST). */
  reset(): void {
    this.#abandon();
    resetAtOnce(this.#client);
    resetAtOnce(this.#server);
  }

  /** The links that a toxic is at work on. */
  #linksOf({ type, direction }: Toxic): readonly Link[] {
    const { upstream, downstream } = this.#links;
    return type.createConversation ? [upstream, downstream] : [this.#links[direction]];
  }

  #createLink(source: Intake, sink: Socket): Link {
    const { clock, budget, turn, halfClose } = this.#input;
    return new Link({ source, sink, clock, budget, turn, halfClose, onReset: () => this.reset() });
  }

  #dial(): void {
    const timer = setTimeout(() => {
      this.#server.destroy(new Error(`upstream did not accept in ${this.#input.dialTimeoutMs} ms`));
    }, this.#input.dialTimeoutMs);
    this.#server.once('close', () => clearTimeout(timer));
    this.#server.once('connect', () => {
      clearTimeout(timer);
      if (this.#state === 'dialling') this.#open();
    });
  }

  #open(): void {
    this.#state = 'open';
    for (const direction of ['upstream', 'downstream'] as const) {
      for (const toxic of this.#input.toxics(direction)) this.addToxic(toxic);
    }
    this.#client.resume();
    this.#server.resume();
  }

  /** What the loss of a socket means for the link that reads it and the link that writes it. */
  #follow(socket: Socket, reader: Link, writer: Link): void {
    socket.on('error', (cause: Error) => {
      if (this.#state !== 'dialling' || socket !== this.#server) return;
      // The client was accepted already; it sees the connection close, as with Toxiproxy.
      this.#state = 'closing';
      this.#input.onDialFailed(cause);
    });
    socket.once('close', () => {
      writer.dispose();
      reader.sourceClosed();
      this.#openSockets -= 1;
      if (this.#openSockets === 0) this.#input.onClosed(this);
    });
  }

  #abandon(): void {
    this.#state = 'closing';
    this.#links.upstream.dispose();
    this.#links.downstream.dispose();
  }
}

/**
 * Sends a RST and nothing before it. Left to itself, Node first ends the stream: the peer would see
 * an orderly end, and one that does not read would never see the reset.
 */
function resetAtOnce(socket: Socket): void {
  socket.destroySoon = () => void socket.destroy();
  socket.resetAndDestroy();
}
