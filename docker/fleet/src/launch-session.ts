import type { Clock, SecretKind } from '@faultline/chassis/core';
import type { RuntimeKind } from './contract.ts';
import { becomesFree, chooseAddresses } from './address-book.ts';
import type { FleetOptions } from './fleet-options.ts';
import { writeLaunchState, type LaunchState } from './launch-state.ts';
import { proxyName, type PlannedInstance, type PlannedProxy, type Secrets } from './plan/model.ts';
import { planLaunch, planProxiesTo, planService, type PlanInput } from './plan/plan.ts';
import { hostOf, type Placement } from './plan/placement.ts';
import type { PortFinder } from './plan/ports.ts';
import { makeSecrets } from './plan/secrets.ts';

/** What one launch decided: secrets, ports, replicas. Written down so that it can be continued. */
export interface LaunchSession {
  readonly secrets: Secrets;
  /** When each kind of secret was replaced last, milliseconds since the Unix epoch. */
  readonly rotatedAt: Readonly<Partial<Record<SecretKind, number>>>;
  readonly placement: Placement;
  /** Base URL under which the control plane reaches an instance itself, not a proxy. */
  directUrl(id: string, port: number): string;
  /** By instance id: what a person should know about its port. */
  readonly notes: Readonly<Record<string, string>>;
  plan(): { instances: PlannedInstance[]; proxies: PlannedProxy[] };
  planOf(id: string): PlannedInstance;
  proxiesTo(part: string, instance: string): PlannedProxy[];
  /** Gives the instance another port if somebody took its own; tells whether that happened. */
  confirmPort(id: string): Promise<boolean>;
  setPort(key: string, port: number): Promise<void>;
  /** Chooses ports for a new instance and for the proxies that lead to it. */
  addPorts(id: string, callers: readonly string[]): Promise<void>;
  removePorts(id: string): Promise<void>;
  setReplicas(part: string, replicas: number): Promise<void>;
  /** Goes on with other secrets; resolves when they are written down. */
  replaceSecrets(change: Partial<Secrets>): Promise<void>;
  /** Notes that secrets of a kind were replaced. */
  noteRotation(kind: SecretKind, at: number): Promise<void>;
  /** Every port that was chosen. */
  ports(): number[];
}

/** What a session works with. */
export interface SessionSurroundings {
  options: FleetOptions;
  runtime: RuntimeKind;
  placement: Placement;
  finder: PortFinder;
  clock: Clock;
}

/**
 * Opens a session: continues the `former` one, whose parts still run; without one it makes new
 * secrets and chooses ports anew.
 */
export async function openSession(
  around: SessionSurroundings,
  former: LaunchState | null,
): Promise<LaunchSession> {
  const { options, finder, runtime } = around;
  if (former) {
    for (const port of Object.values(former.ports)) finder.claim(port);
    return new Session(around, former, {});
  }
  const replicas = Object.fromEntries(
    options.topology.services.map((service) => [service.name, service.replicas]),
  );
  const { ports, notes } = await chooseAddresses(options, replicas, finder);
  const state: LaunchState = {
    version: 2,
    runtime,
    secrets: makeSecrets(options.topology),
    rotatedAt: {},
    ports,
    replicas,
    load: { ...options.load, mix: { ...options.load.mix } },
  };
  await writeLaunchState(options.dataDir, state);
  return new Session(around, state, notes);
}

class Session implements LaunchSession {
  readonly notes: Readonly<Record<string, string>>;
  readonly #around: SessionSurroundings;
  readonly #state: LaunchState;
  #written: Promise<void> = Promise.resolve();

  constructor(around: SessionSurroundings, state: LaunchState, notes: Record<string, string>) {
    this.#around = around;
    this.#state = state;
    this.notes = notes;
  }

  get secrets(): Secrets {
    return this.#state.secrets;
  }

  get rotatedAt(): LaunchSession['rotatedAt'] {
    return this.#state.rotatedAt;
  }

  get placement(): Placement {
    return this.#around.placement;
  }

  directUrl(id: string, port: number): string {
    return `http://${hostOf(this.placement.control, id)}:${port}`;
  }

  plan(): { instances: PlannedInstance[]; proxies: PlannedProxy[] } {
    const { instances, proxies } = planLaunch(this.#input());
    return { instances: [...instances], proxies: [...proxies] };
  }

  planOf(id: string): PlannedInstance {
    const planned = this.plan().instances.find((instance) => instance.id === id);
    if (planned) return planned;
    return planService(this.#input(), id.replace(/-\d+$/, ''), id);
  }

  proxiesTo(part: string, instance: string): PlannedProxy[] {
    return planProxiesTo(this.#input(), part, instance);
  }

  async confirmPort(id: string): Promise<boolean> {
    const port = this.#state.ports[id];
    // Ports of a network of its own are nobody else's.
    if (this.placement.control === 'names') return false;
    if (port !== undefined && (await becomesFree(port, this.#around.clock))) return false;
    await this.setPort(id, await this.#around.finder.find());
    return true;
  }

  async setPort(key: string, port: number): Promise<void> {
    this.#state.ports[key] = port;
    await this.#write();
  }

  async addPorts(id: string, callers: readonly string[]): Promise<void> {
    for (const key of [id, ...callers.map((caller) => proxyName(caller, id))]) {
      this.#state.ports[key] = await this.#around.finder.find();
    }
    await this.#write();
  }

  async removePorts(id: string): Promise<void> {
    for (const [key, port] of Object.entries(this.#state.ports)) {
      if (key !== id && !key.endsWith(`.${id}`)) continue;
      this.#around.finder.release(port);
      delete this.#state.ports[key];
    }
    await this.#write();
  }

  async setReplicas(part: string, replicas: number): Promise<void> {
    this.#state.replicas[part] = replicas;
    await this.#write();
  }

  async replaceSecrets(change: Partial<Secrets>): Promise<void> {
    const before = this.#state.secrets;
    this.#state.secrets = { ...before, ...change };
    try {
      await this.#write();
    } catch (error) {
      this.#state.secrets = before;
      throw error;
    }
  }

  async noteRotation(kind: SecretKind, at: number): Promise<void> {
    this.#state.rotatedAt[kind] = at;
    await this.#write();
  }

  ports(): number[] {
    return Object.values(this.#state.ports);
  }

  #input(): PlanInput {
    const { options, placement } = this.#around;
    const { ports, replicas, secrets, load } = this.#state;
    return { topology: options.topology, placement, ports, replicas, secrets, load };
  }

  /** One write at a time: each is a whole file. */
  #write(): Promise<void> {
    const written = this.#written.then(() =>
      writeLaunchState(this.#around.options.dataDir, this.#state),
    );
    this.#written = written.catch(() => undefined);
    return written;
  }
}
