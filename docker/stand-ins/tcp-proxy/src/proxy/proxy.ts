import type { Socket } from 'node:net';
import type { Clock } from '@faultline/chassis/core';
import type { EventHub } from '../events.ts';
import type { BufferBudget } from '../link/budget.ts';
import type { ReadTurn } from '../link/read-turn.ts';
import type { Attributes } from '../toxics/attributes.ts';
import { formatAddress, isAddressProblem, parseAddress, resolveListen } from './address.ts';
import { Connection } from './connection.ts';
import { createLease, type Lease } from './lease.ts';
import { openListener, type Listener } from './listener.ts';
import { isRefusal, REFUSALS, type Refusal } from './refusal.ts';
import {
  createToxic,
  deriveSeed,
  type Direction,
  type Toxic,
  type ToxicSettings,
} from './toxic.ts';
import { createTraffic, type Traffic } from './traffic.ts';

/** What all proxies of a process share. */
export interface ProxyContext {
  readonly clock: Clock;
  readonly seed: number;
  readonly budget: BufferBudget;
  readonly turn: ReadTurn;
  readonly events: EventHub;
  readonly halfClose: boolean;
  readonly dialTimeoutMs: number;
}

export interface ProxySettings {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  /** With `enabled: false`: ms until the proxy enables itself. */
  readonly ttlMs?: number;
  readonly toxics: readonly ToxicSettings[];
}

/** Fields of a proxy that an update may name. */
export interface ProxyPatch {
  readonly listen?: string;
  readonly upstream?: string;
  readonly enabled?: boolean;
  readonly ttlMs?: number;
}

/** Fields of a toxic that an update may name. */
export interface ToxicPatch {
  readonly attributes?: Attributes;
  readonly toxicity?: number;
  readonly ttlMs?: number;
}

const MOST_TOXICS = 256;

/** How long after a failed attempt an expired "down" tries again to listen, ms. */
const RETRY_MS = 1000;

/** A listening port, where it leads to, its toxics and its live connections. */
export class Proxy {
  readonly name: string;
  readonly traffic: Traffic;
  /** Time limit of `enabled: false`. */
  readonly lease: Lease;
  readonly #context: ProxyContext;
  readonly #connections = new Set<Connection>();
  #listen: string;
  #upstream: string;
  #toxics: Toxic[] = [];
  #listener: Listener | undefined;
  #lastConnectionId = 0;
  #toxicsMade = 0;
  #deleted = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: ProxySettings, context: ProxyContext) {
    this.name = settings.name;
    this.#listen = settings.listen;
    this.#upstream = settings.upstream;
    this.#context = context;
    this.traffic = createTraffic(this.#connections);
    this.lease = createLease(context.clock, () => void this.#downExpired());
    for (const toxic of settings.toxics) this.#create(toxic);
  }

  /** As given until the proxy has been started once, then the bound IP address and port. */
  get listen(): string {
    return this.#listen;
  }

  get upstream(): string {
    return this.#upstream;
  }

  get enabled(): boolean {
    return this.#listener !== undefined;
  }

  /** Upstream toxics first, then downstream, each in order of creation. */
  get toxics(): readonly Toxic[] {
    return [...this.toxicsOf('upstream'), ...this.toxicsOf('downstream')];
  }

  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  toxicsOf(direction: Direction): readonly Toxic[] {
    return this.#toxics.filter((toxic) => toxic.direction === direction);
  }

  findToxic(name: string): Toxic | undefined {
    return this.#toxics.find((toxic) => toxic.name === name);
  }

  /** Starts listening, unless it does already. */
  start(): Promise<Refusal | undefined> {
    return this.#inTurn(() => this.#start());
  }

  /** Changes address, upstream or state. Live connections survive only if none of them changes. */
  update(patch: ProxyPatch): Promise<Refusal | undefined> {
    return this.#inTurn(() => this.#update(patch));
  }

  /** Whether `listen` and `upstream` mean something else than what this proxy does now. */
  async differs(listen: string, upstream: string): Promise<boolean | Refusal> {
    const resolved = await resolveListen(listen);
    if (isAddressProblem(resolved)) return REFUSALS.badListen(resolved.problem);
    // Port 0 always differs: whoever asks for any port gets a new one.
    return formatAddress(resolved) !== this.#listen || upstream !== this.#upstream;
  }

  addToxic(settings: ToxicSettings): Toxic | Refusal {
    if (this.findToxic(settings.name)) return REFUSALS.toxicExists();
    if (this.#toxics.length >= MOST_TOXICS) return REFUSALS.tooMany('toxics', MOST_TOXICS);
    const toxic = this.#create(settings);
    for (const connection of this.#connections) connection.addToxic(toxic);
    this.#publish('toxic.added', toxic.name);
    return toxic;
  }

  updateToxic(toxic: Toxic, { attributes, toxicity, ttlMs }: ToxicPatch): void {
    if (attributes) toxic.attributes = attributes;
    if (toxicity !== undefined) toxic.toxicity = toxicity;
    if (ttlMs !== undefined) toxic.lease.renew(ttlMs);
    // A renewal alone must not disturb data that waits.
    if (!attributes && toxicity === undefined) return;
    for (const connection of this.#connections) connection.updateToxic(toxic);
    this.#publish('toxic.updated', toxic.name);
  }

  removeToxic(toxic: Toxic): void {
    this.#remove(toxic);
    this.#publish('toxic.removed', toxic.name);
  }

  /** Stops for good: frees the port, closes all connections, ends all leases. */
  dispose(): void {
    this.#deleted = true;
    this.#stop();
    this.lease.cancel();
    for (const toxic of this.#toxics) toxic.lease.cancel();
  }

  #create(settings: ToxicSettings): Toxic {
    const lease = createLease(this.#context.clock, () => {
      this.#remove(toxic);
      this.#publish('toxic.expired', toxic.name);
    });
    this.#toxicsMade += 1;
    const seed = deriveSeed(
      this.#context.seed,
      `${this.name}/${settings.name}/${this.#toxicsMade}`,
    );
    const toxic = createToxic(settings, seed, lease);
    if (settings.ttlMs !== undefined) lease.renew(settings.ttlMs);
    this.#toxics.push(toxic);
    return toxic;
  }

  #remove(toxic: Toxic): void {
    toxic.lease.cancel();
    this.#toxics = this.#toxics.filter((other) => other !== toxic);
    for (const connection of this.#connections) connection.removeToxic(toxic);
  }

  async #start(): Promise<Refusal | undefined> {
    if (this.#listener || this.#deleted) return undefined;
    const address = await resolveListen(this.#listen);
    const opened = isAddressProblem(address)
      ? address
      : await openListener(address, (client) => this.#accept(client));
    if (isAddressProblem(opened)) return REFUSALS.cannotListen(opened.problem);
    if (this.#deleted) {
      opened.close();
      return undefined;
    }
    this.#listener = opened;
    this.#listen = formatAddress(opened.address);
    this.lease.cancel();
    return undefined;
  }

  #stop(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const connection of this.#connections) connection.close();
  }

  async #update(patch: ProxyPatch): Promise<Refusal | undefined> {
    const listen = patch.listen ?? this.#listen;
    const upstream = patch.upstream ?? this.#upstream;
    const enabled = patch.enabled ?? this.enabled;
    const differs = await this.differs(listen, upstream);
    if (isRefusal(differs)) return differs;
    if (differs) {
      this.#stop();
      this.#listen = listen;
      this.#upstream = upstream;
    }
    if (!enabled) {
      this.#stop();
      if (patch.ttlMs !== undefined) this.lease.renew(patch.ttlMs);
    }
    const failure = enabled ? await this.#start() : undefined;
    this.#publish('proxy.updated');
    return failure;
  }

  async #downExpired(): Promise<void> {
    const failure = await this.start();
    if (this.#deleted) return;
    if (failure) this.lease.renew(RETRY_MS);
    else this.#publish('proxy.expired');
  }

  #accept(client: Socket): void {
    const upstream = parseAddress(this.#upstream);
    if (isAddressProblem(upstream)) {
      client.on('error', () => undefined).destroy();
      this.#publish('dial.failed', undefined, upstream.problem);
      return;
    }
    this.#lastConnectionId += 1;
    const { clock, budget, turn, halfClose, dialTimeoutMs } = this.#context;
    const connection = new Connection({
      id: this.#lastConnectionId,
      client,
      upstream,
      clock,
      budget,
      turn,
      halfClose,
      dialTimeoutMs,
      toxics: (direction) => this.toxicsOf(direction),
      onDialFailed: (cause) => this.#publish('dial.failed', undefined, cause.message),
      onClosed: (closed) => {
        this.#connections.delete(closed);
        this.traffic.fold(closed);
      },
    });
    this.#connections.add(connection);
    this.traffic.opened();
  }

  #publish(
    type: Parameters<EventHub['publish']>[0]['type'],
    toxic?: string,
    detail?: string,
  ): void {
    this.#context.events.publish({
      type,
      proxy: this.name,
      ...(toxic !== undefined && { toxic }),
      ...(detail !== undefined && { detail }),
    });
  }

  /** Binding takes time; changes of one proxy's address and state happen one after the other. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(change);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
