import { linkPolicySchema, patchLinkPolicy, type LinkPolicy } from '@faultline/chassis/core';
import type {
  Fleet,
  FleetAnswer,
  FleetEvent,
  FleetPhase,
  InstanceState,
  InstanceStatus,
  LinkStatus,
  RuntimeKind,
  RuntimeReport,
} from '@faultline/fleet';

/** A link of the fleet in memory, and the proxies that carry it. */
export interface MemoryLink {
  name: string;
  kind?: LinkStatus['kind'];
  proxies: { proxy: string; instance: string }[];
}

/** A fleet without processes: states move as they are told. For tests of what acts on a fleet. */
export interface MemoryFleet extends Fleet {
  setPhase(phase: FleetPhase): void;
  setState(instance: string, state: InstanceState): void;
  setProxies(link: string, proxies: MemoryLink['proxies']): void;
  setProxyApiUrl(url: string | null): void;
  setDirectUrl(service: string, url: string): void;
  /** Makes every operation on this instance refuse, until told otherwise. */
  setBroken(instance: string, broken: boolean): void;
  emit(event: FleetEvent): void;
  readonly suspended: ReadonlySet<string>;
}

/** What the fleet in memory is made of; every service has a `loadgen`-like single part each. */
export interface MemoryFleetOptions {
  /** Instances by service. */
  services: Readonly<Record<string, readonly string[]>>;
  links: readonly MemoryLink[];
  proxyApiUrl?: string | null;
}

/** Creates a ready fleet. */
export function createMemoryFleet(options: MemoryFleetOptions): MemoryFleet {
  return new InMemoryFleet(options);
}

class InMemoryFleet implements MemoryFleet {
  readonly internalToken = 'internal-token-of-tests';
  readonly suspended = new Set<string>();
  readonly #services: Map<string, InstanceStatus[]>;
  readonly #links: LinkStatus[];
  readonly #urls = new Map<string, string>();
  readonly #broken = new Set<string>();
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  #phase: FleetPhase = 'ready';
  #runtime: RuntimeKind = 'process';
  #proxyApiUrl: string | null;

  constructor({ services, links, proxyApiUrl = null }: MemoryFleetOptions) {
    this.#proxyApiUrl = proxyApiUrl;
    this.#services = new Map(
      Object.entries(services).map(([name, ids]) => [name, ids.map(readyInstance)]),
    );
    this.#links = links.map(({ name, kind = 'service', proxies }) => {
      const [from = '', to = ''] = name.split('->');
      const policy = kind === 'service' ? linkPolicySchema.parse({}) : null;
      return { name, from, to, kind, proxies: proxies.map(listening), policy };
    });
  }

  get proxyApiUrl(): string | null {
    return this.#proxyApiUrl;
  }

  status() {
    const services = [...this.#services].map(([name, instances]) => ({
      name,
      kind: 'service' as const,
      layer: 'domain',
      instances: instances.map((instance) => ({ ...instance })),
    }));
    const links = this.#links.map((link) => ({ ...link, proxies: [...link.proxies] }));
    return {
      runtime: this.#runtime,
      engine: null,
      phase: this.#phase,
      services,
      resources: [],
      links,
    };
  }

  inspectRuntimes(): Promise<RuntimeReport[]> {
    const found = { available: true, problem: null, warnings: [], engine: null };
    return Promise.resolve([
      { kind: 'process', ...found, images: [], footprintBytes: 1e9 },
      { kind: 'docker', ...found, images: [IMAGE], footprintBytes: 2e9 },
    ]);
  }

  usage(): ReturnType<Fleet['usage']> {
    return Promise.resolve([]);
  }

  subscribe(listener: (event: FleetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  setPhase(phase: FleetPhase): void {
    this.#phase = phase;
    this.#changed();
  }

  setState(id: string, state: InstanceState): void {
    const instance = this.#find(id);
    if (instance) instance.state = state;
    this.#changed();
  }

  setProxies(name: string, proxies: MemoryLink['proxies']): void {
    const link = this.#links.find((one) => one.name === name);
    if (link) link.proxies = proxies.map(listening);
    this.#changed();
  }

  setProxyApiUrl(url: string | null): void {
    this.#proxyApiUrl = url;
  }

  setDirectUrl(service: string, url: string): void {
    this.#urls.set(service, url);
  }

  setBroken(instance: string, broken: boolean): void {
    if (broken) this.#broken.add(instance);
    else this.#broken.delete(instance);
  }

  async launch(runtime = this.#runtime): Promise<void> {
    this.#runtime = runtime;
    this.setPhase('ready');
  }

  async stop(): Promise<void> {
    this.setPhase('stopped');
  }

  async scale(service: string, replicas: number): Promise<FleetAnswer> {
    const instances = this.#services.get(service);
    if (!instances) return refusal('unknown-service', `no service is called ${service}`);
    if (replicas > 5) return refusal('out-of-range', `replicas ${replicas} is above 5`);
    const ids = Array.from({ length: replicas }, (_, index) => `${service}-${index + 1}`);
    this.#services.set(
      service,
      ids.map((id) => instances.find((one) => one.id === id) ?? readyInstance(id)),
    );
    this.#changed();
    return { kind: 'done' };
  }

  async kill(id: string): Promise<FleetAnswer> {
    return this.#move(id, ['ready', 'paused'], 'crashed');
  }

  async stopInstance(id: string): Promise<FleetAnswer> {
    return this.#move(id, ['ready', 'crashed'], 'stopped');
  }

  async startInstance(id: string): Promise<FleetAnswer> {
    return this.#move(id, ['stopped', 'crashed'], 'ready');
  }

  async restart(id: string): Promise<FleetAnswer> {
    return this.#move(id, ['ready'], 'starting');
  }

  async pause(id: string): Promise<FleetAnswer> {
    return this.#move(id, ['ready'], 'paused');
  }

  async resume(id: string): Promise<FleetAnswer> {
    return this.#move(id, ['paused'], 'ready');
  }

  setRestartSuspended(id: string, suspended: boolean): FleetAnswer {
    if (suspended) this.suspended.add(id);
    else this.suspended.delete(id);
    return { kind: 'done' };
  }

  patchPolicy(name: string, patch: object): FleetAnswer & { policy?: LinkPolicy } {
    const link = this.#links.find((one) => one.name === name);
    if (!link?.policy) return refusal('unknown-link', `no policies belong to ${name}`);
    link.policy = patchLinkPolicy(link.policy, patch);
    this.emit({ kind: 'policy-changed', at: 0, link: name, policy: link.policy });
    return { kind: 'done', policy: link.policy };
  }

  resetPolicies(): void {
    for (const link of this.#links) if (link.policy) link.policy = linkPolicySchema.parse({});
  }

  async logs(instance: string, lines: number): Promise<string[]> {
    return [`${instance} is well`].slice(0, lines);
  }

  directUrl(instance: string): string | null {
    return this.#urls.get(instance.replace(/-\d+$/, '')) ?? null;
  }

  endpoints() {
    return [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
  }

  #find(id: string): InstanceStatus | undefined {
    return [...this.#services.values()].flat().find((instance) => instance.id === id);
  }

  #move(id: string, from: InstanceState[], to: InstanceState): FleetAnswer {
    const instance = this.#find(id);
    if (!instance) return refusal('unknown-instance', `no instance is called ${id}`);
    if (this.#broken.has(id) || !from.includes(instance.state)) {
      return refusal('wrong-state', `${id} is ${instance.state}`);
    }
    this.setState(id, to);
    return { kind: 'done' };
  }

  #changed(): void {
    this.emit({ kind: 'changed', status: this.status() });
  }
}

const IMAGE = { name: 'services:of-tests', action: 'build' } as const;

function readyInstance(id: string): InstanceStatus {
  return { id, state: 'ready', restarts: 0, startedAt: 1, pid: 1, port: 1, detail: null };
}

function listening({ proxy, instance }: { proxy: string; instance: string }) {
  return { proxy, instance, listen: '127.0.0.1:1' };
}

function refusal(
  code: Extract<FleetAnswer, { kind: 'refused' }>['code'],
  detail: string,
): Extract<FleetAnswer, { kind: 'refused' }> {
  return { kind: 'refused', code, detail };
}
