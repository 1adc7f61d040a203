import {
  registrySnapshotSchema,
  SECRET_KINDS,
  type ChassisFault,
  type FeatureFlag,
  type SecretKind,
  type ServicePattern,
} from '@faultline/chassis/core';
import { createPolicyBook, createPolicyDesk } from '@faultline/fleet';
import type {
  Fleet,
  FleetAnswer,
  FleetEvent,
  FleetPhase,
  InstanceState,
  InstanceStatus,
  LinkStatus,
  PartStatus,
  RuntimeKind,
  RuntimeReport,
} from '@faultline/fleet';

type Topology = Parameters<typeof createPolicyBook>[0]['topology'];

const PROTOCOLS = { service: 'http', database: 'postgresql', broker: 'kafka' } as const;

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
  /** Instances whose certificate has run out. */
  readonly expired: ReadonlySet<string>;
}

/** What the fleet in memory is made of; every service has a `loadgen`-like single part each. */
export interface MemoryFleetOptions {
  /** Instances by service. */
  services: Readonly<Record<string, readonly string[]>>;
  links: readonly MemoryLink[];
  /** Instances by resource, for instance `kafka`; none by default. */
  resources?: Readonly<Record<string, readonly string[]>>;
  proxyApiUrl?: string | null;
  internalToken?: string;
  /** Where the proxies of links listen; by default nobody does. */
  listen?: string;
  /** Patterns by service; default none. */
  patterns?: Readonly<Record<string, readonly ServicePattern[]>>;
  flags?: readonly FeatureFlag[];
}

/** Creates a ready fleet. */
export function createMemoryFleet(options: MemoryFleetOptions): MemoryFleet {
  return new InMemoryFleet(options);
}

class InMemoryFleet implements MemoryFleet {
  readonly internalToken: string;
  readonly suspended = new Set<string>();
  readonly expired = new Set<string>();
  readonly #services: Map<string, InstanceStatus[]>;
  readonly #links: LinkStatus[];
  readonly #resources: PartStatus[];
  readonly #urls = new Map<string, string>();
  readonly #broken = new Set<string>();
  readonly #faults = new Map<string, ChassisFault[]>();
  readonly #rotatedAt = new Map<SecretKind, number>();
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  readonly #book: ReturnType<typeof createPolicyBook>;
  readonly #desk: ReturnType<typeof createPolicyDesk>;
  readonly #listen: string;
  #phase: FleetPhase = 'ready';
  #runtime: RuntimeKind = 'process';
  #proxyApiUrl: string | null;

  constructor(options: MemoryFleetOptions) {
    const { services, links, proxyApiUrl = null, flags = [], resources = {} } = options;
    this.#resources = Object.entries(resources).map(([name, ids]) => ({
      ...{ name, kind: 'resource', layer: 'resource', policy: {} },
      instances: ids.map(readyInstance),
    }));
    this.#proxyApiUrl = proxyApiUrl;
    this.internalToken = options.internalToken ?? 'internal-token-of-tests';
    this.#listen = options.listen ?? '127.0.0.1:1';
    this.#book = createPolicyBook({
      topology: topologyOf(options),
      policies: {},
      flags,
      mtls: false,
    });
    this.#desk = createPolicyDesk(this.#book, (target, detail) =>
      this.emit({ kind: 'policy-changed', at: 0, target, detail }),
    );
    this.#services = new Map(
      Object.entries(services).map(([name, ids]) => [name, ids.map(readyInstance)]),
    );
    this.#links = links.map(({ name, kind = 'service', proxies }) => {
      const [from = '', to = ''] = name.split('->');
      return {
        name,
        from,
        to,
        kind,
        protocol: PROTOCOLS[kind],
        proxies: proxies.map((one) => ({ ...one, listen: this.#listen })),
        policy: null,
      };
    });
  }

  get proxyApiUrl(): string | null {
    return this.#proxyApiUrl;
  }

  status() {
    const services = [...this.#services].map(([name, instances]) => ({
      name,
      kind: 'service' as const,
      layer: name === 'loadgen' ? 'load' : 'domain',
      instances: instances.map((instance) => ({ ...instance })),
      policy: this.#book.service(name) ?? {},
    }));
    const links = this.#links.map((link) => ({
      ...link,
      proxies: [...link.proxies],
      policy: this.#book.link(link.name),
    }));
    return {
      runtime: this.#runtime,
      engine: null,
      phase: this.#phase,
      services,
      resources: this.#resources,
      links,
      flags: this.#book.flags(),
      mtls: this.#book.mtls,
    };
  }

  tellFault(...[instance, fault]: Parameters<Fleet['tellFault']>): FleetAnswer {
    const faults = this.#faults.get(instance) ?? [];
    this.#faults.set(instance, [...faults.filter(({ id }) => id !== fault.id), fault]);
    this.emit({ kind: 'chassis-faults', instance });
    return { kind: 'done' };
  }

  forgetFault(instance: string, faultId: string): void {
    const faults = this.#faults.get(instance) ?? [];
    this.#faults.set(
      instance,
      faults.filter(({ id }) => id !== faultId),
    );
    this.emit({ kind: 'chassis-faults', instance });
  }

  chassisFaultsOf(instance: string): ReturnType<Fleet['chassisFaultsOf']> {
    const faults = this.#faults.get(instance) ?? [];
    return { faults: faults.map((fault) => ({ fault, ttlMs: 1000 })) };
  }

  admits(): boolean {
    return false;
  }

  workloadOf(): Promise<null> {
    return Promise.resolve(null);
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
    if (link) link.proxies = proxies.map((one) => ({ ...one, listen: this.#listen }));
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

  setCertificateExpired(id: string, expired: boolean): FleetAnswer {
    if (expired) this.expired.add(id);
    else this.expired.delete(id);
    return { kind: 'done' };
  }

  isCertificateExpired(id: string): boolean {
    return this.expired.has(id);
  }

  patchPolicy(...change: Parameters<Fleet['patchPolicy']>): ReturnType<Fleet['patchPolicy']> {
    return this.#desk.patchLink(...change);
  }

  patchServicePolicy(
    ...change: Parameters<Fleet['patchServicePolicy']>
  ): ReturnType<Fleet['patchServicePolicy']> {
    return this.#desk.patchService(...change);
  }

  patchFlag(...change: Parameters<Fleet['patchFlag']>): ReturnType<Fleet['patchFlag']> {
    return this.#desk.patchFlag(...change);
  }

  setMtls(on: boolean): FleetAnswer {
    return this.#desk.setMtls(on);
  }

  async rotateSecrets(kind: SecretKind): Promise<FleetAnswer> {
    if (this.#phase !== 'ready') return refusal('not-running', `the fleet is ${this.#phase}`);
    this.#rotatedAt.set(kind, 1);
    return { kind: 'done' };
  }

  secretRotations(): ReturnType<Fleet['secretRotations']> {
    const rows = SECRET_KINDS.map((kind) => [kind, this.#rotatedAt.get(kind) ?? null]);
    return Object.fromEntries(rows) as ReturnType<Fleet['secretRotations']>;
  }

  configurationOf(): ReturnType<Fleet['configurationOf']> {
    return registrySnapshotSchema.parse({ version: 0, links: [] });
  }

  resetPolicies(): ReturnType<Fleet['resetPolicies']> {
    return this.#desk.reset();
  }

  async logs(instance: string, lines: number): Promise<string[]> {
    return [`${instance} is well`].slice(0, lines);
  }

  directUrl(instance: string): string | null {
    return this.#urls.get(instance.replace(/-\d+$/, '')) ?? null;
  }

  endpoints(link: string) {
    const proxies = this.#links.find(({ name }) => name === link)?.proxies ?? [];
    return proxies.map(({ instance, listen }) => {
      const { hostname: host, port } = new URL(`tcp://${listen}`);
      return { instance, host, port: Number(port), healthy: true };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
  }

  #find(id: string): InstanceStatus | undefined {
    const resources = this.#resources.flatMap(({ instances }) => instances);
    return [...this.#services.values()]
      .flat()
      .concat(resources)
      .find((one) => one.id === id);
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

/** As much of a catalogue as policies need: who calls whom, and who has which patterns. */
function topologyOf({ services, links, patterns = {} }: MemoryFleetOptions): Topology {
  const between = links.filter(({ kind = 'service' }) => kind === 'service');
  return {
    services: Object.keys(services).map((name) => ({
      name,
      layer: 'domain',
      purpose: '',
      replicas: 1,
      maxReplicas: 5,
      entry: '',
      calls: between
        .filter((link) => link.name.startsWith(`${name}->`))
        .map((link) => link.name.slice(name.length + 2)),
      database: false,
      produces: [],
      consumes: [],
      patterns: patterns[name] ?? [],
    })),
    resources: [],
    topics: [],
  };
}

const IMAGE = { name: 'services:of-tests', action: 'build' } as const;

function readyInstance(id: string): InstanceStatus {
  return { id, state: 'ready', restarts: 0, startedAt: 1, pid: 1, port: 1, detail: null };
}

function refusal(
  code: Extract<FleetAnswer, { kind: 'refused' }>['code'],
  detail: string,
): Extract<FleetAnswer, { kind: 'refused' }> {
  return { kind: 'refused', code, detail };
}
