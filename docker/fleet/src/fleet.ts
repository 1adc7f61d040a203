import { availableParallelism } from 'node:os';
import { systemClock, type Clock, type Endpoint, type Workload } from '@faultline/chassis/core';
import { deriveLinks, type LinkDefinition } from '@faultline/topology';
import type {
  Fleet,
  FleetAnswer,
  FleetEvent,
  FleetPhase,
  FleetStatus,
  PolicyTarget,
  RuntimeKind,
  RuntimeReport,
} from './contract.ts';
import type { FleetOptions } from './fleet-options.ts';
import { createInstanceOperations, type InstanceOperations } from './instances/operations.ts';
import { launchInOrder } from './launch.ts';
import { openSession, type LaunchSession } from './launch-session.ts';
import { readLaunchState } from './launch-state.ts';
import { PROXY_INSTANCE } from './plan/model.ts';
import { createPortFinder } from './plan/ports.ts';
import { createPolicyBook, type PolicyBook } from './policies.ts';
import { createPolicyDesk, type PolicyDesk } from './policy-desk.ts';
import { createProxyTable, type ProxyTable } from './proxies/proxy-table.ts';
import { createFaultBoard, type FaultBoard } from './registry/fault-board.ts';
import { refuse } from './refusal.ts';
import { createRegistryFacts, type RegistryFacts } from './registry/registry-facts.ts';
import { createRoster, type Roster } from './roster.ts';
import { createRuntimeSwitch, type RuntimeSwitch } from './runtimes/runtime-switch.ts';
import type { RunningInstance } from './runtimes/runtime.ts';
import { scaleService } from './scale.ts';
import { describeFleet } from './status.ts';
import { openCertificates, type Certificates } from './trust/certificates.ts';
import { createSecretDesk, rotationsOf, type SecretDesk } from './trust/secret-desk.ts';
import { inUse } from './trust/timed.ts';

/** Longest time an instance may take to finish its work when asked to end, milliseconds. */
const STOP_GRACE_MS = 10_000;
/** The same when the whole fleet ends: nobody waits for the answers any more. */
const FLEET_STOP_GRACE_MS = 3000;

/** Creates a fleet; nothing runs before {@link Fleet.launch}. */
export function createFleet(options: FleetOptions): Fleet {
  return new LabFleet(options);
}

/** What the fleet does; whether a running one is ready or degraded follows from its instances. */
type Stage = 'stopped' | 'launching' | 'running' | 'stopping';

class LabFleet implements Fleet {
  readonly #options: FleetOptions;
  readonly #clock: Clock;
  readonly #runtime: RuntimeSwitch;
  readonly #links: LinkDefinition[];
  readonly #policies: PolicyBook;
  readonly #desk: PolicyDesk;
  readonly #proxies: ProxyTable;
  readonly #roster: Roster & Disposable;
  readonly #operations: InstanceOperations;
  readonly #facts: RegistryFacts;
  readonly #faults: FaultBoard;
  readonly #finder = createPortFinder();
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  #session: LaunchSession | null = null;
  #certificates: Certificates | null = null;
  #secretDesk: SecretDesk | null = null;
  #phase: Stage = 'stopped';
  #engine: FleetStatus['engine'] = null;
  #launching: { done: Promise<void>; abort: AbortController } | null = null;
  #stopping: Promise<void> | null = null;
  /** Operations that add or remove instances happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #changePending = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#runtime = createRuntimeSwitch(options.runtimes);
    this.#runtime.select(options.defaultRuntime ?? 'process');
    this.#runtime.subscribe((event) => {
      if (event.kind !== 'engine') return;
      this.#engine = event.engine;
      this.#changed();
    });
    this.#links = deriveLinks(options.topology);
    this.#policies = createPolicyBook({ flags: [], mtls: false, ...options });
    this.#desk = createPolicyDesk(this.#policies, (target, detail) => {
      this.#emit({ kind: 'policy-changed', at: this.#clock.now(), target, detail });
      this.#changed();
    });
    this.#proxies = createProxyTable(this.#finder, (proxy) =>
      this.#session?.setPort(proxy.name, proxy.listen.port),
    );
    this.#roster = createRoster({
      runtime: this.#runtime,
      clock: this.#clock,
      proxies: this.#proxies,
      session: () => this.#launched(),
      changed: () => this.#changed(),
      happened: (instance, what, detail) =>
        this.#emit({ kind: 'lifecycle', at: this.#clock.now(), instance, what, detail }),
    });
    this.#operations = createInstanceOperations(this.#roster, STOP_GRACE_MS);
    this.#faults = createFaultBoard(this.#clock, (instance) =>
      this.#emit({ kind: 'chassis-faults', instance }),
    );
    this.#facts = createRegistryFacts({
      clock: this.#clock,
      topology: options.topology,
      links: this.#links,
      policies: this.#policies,
      proxies: this.#proxies,
      roster: this.#roster,
      session: () => this.#session,
      certificates: () => this.#certificates,
    });
  }

  get internalToken(): string {
    const tokens = this.#session?.secrets.internalTokens;
    return tokens ? inUse(tokens, this.#clock.now()) : '';
  }

  get proxyApiUrl(): string | null {
    return this.directUrl(PROXY_INSTANCE);
  }

  status(): FleetStatus {
    return describeFleet({
      runtime: this.#runtime.kind,
      engine: this.#engine,
      phase: this.#describePhase(),
      topology: this.#options.topology,
      links: this.#links,
      instances: this.#roster.all(),
      proxies: (link) => this.#proxies.forLink(link),
      policies: this.#policies,
    });
  }

  subscribe(listener: (event: FleetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  launch(runtime?: RuntimeKind): Promise<void> {
    if (this.#launching) return this.#launching.done;
    const other = runtime !== undefined && runtime !== this.#runtime.kind;
    if (this.#phase === 'running' && !other) return Promise.resolve();
    const abort = new AbortController();
    const before = this.#phase === 'running' ? this.stop() : this.#stopping;
    const done = Promise.resolve(before)
      .then(() => this.#launch(runtime, abort.signal))
      .finally(() => {
        this.#launching = null;
      });
    this.#launching = { done, abort };
    return done;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#roster[Symbol.dispose]();
    await this.#runtime[Symbol.asyncDispose]();
    this.#listeners.clear();
  }

  scale(service: string, replicas: number): Promise<FleetAnswer> {
    const answer = this.#turn.then(async (): Promise<FleetAnswer> => {
      const definition = this.#options.topology.services.find(({ name }) => name === service);
      if (!definition) return refuse('unknown-service', `There is no service ${service}.`);
      if (!Number.isInteger(replicas) || replicas < 0 || replicas > definition.maxReplicas) {
        const rule = `between 0 and ${definition.maxReplicas}`;
        return refuse('out-of-range', `Replicas of ${service} are ${rule}, not ${replicas}.`);
      }
      if (this.#phase !== 'running') return refuse('not-running', 'The fleet is not launched.');
      await scaleService(definition, replicas, {
        roster: this.#roster,
        proxies: this.#proxies,
        session: this.#launched(),
        links: this.#links,
        graceMs: STOP_GRACE_MS,
        changed: () => this.#changed(),
      });
      this.#emit({ kind: 'scaled', at: this.#clock.now(), service, replicas });
      return { kind: 'done' };
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  kill(id: string): Promise<FleetAnswer> {
    return this.#operations.kill(id);
  }

  stopInstance(id: string): Promise<FleetAnswer> {
    return this.#operations.stopInstance(id);
  }

  startInstance(id: string): Promise<FleetAnswer> {
    return this.#operations.startInstance(id);
  }

  restart(id: string): Promise<FleetAnswer> {
    return this.#operations.restart(id);
  }

  pause(id: string): Promise<FleetAnswer> {
    return this.#operations.pause(id);
  }

  resume(id: string): Promise<FleetAnswer> {
    return this.#operations.resume(id);
  }

  setRestartSuspended(id: string, suspended: boolean): FleetAnswer {
    return this.#operations.setRestartSuspended(id, suspended);
  }

  setCertificateExpired(id: string, expired: boolean): FleetAnswer {
    if (expired && !this.#roster.get(id)) {
      return { kind: 'refused', code: 'unknown-instance', detail: `no instance is called ${id}` };
    }
    this.#certificates?.setExpired(id, expired);
    return { kind: 'done' };
  }

  isCertificateExpired(id: string): boolean {
    return this.#certificates?.isExpired(id) ?? false;
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

  resetPolicies(): PolicyTarget[] {
    return this.#desk.reset();
  }

  tellFault(...[instance, fault, ttlMs]: Parameters<Fleet['tellFault']>): FleetAnswer {
    if (!this.#roster.get(instance)) {
      return refuse('unknown-instance', `There is no instance ${instance}.`);
    }
    this.#faults.tell(instance, fault, ttlMs);
    return { kind: 'done' };
  }

  forgetFault(instance: string, faultId: string): void {
    this.#faults.forget(instance, faultId);
  }

  chassisFaultsOf(instance: string): ReturnType<Fleet['chassisFaultsOf']> {
    return this.#faults.of(instance);
  }

  async rotateSecrets(...[kind]: Parameters<Fleet['rotateSecrets']>): Promise<FleetAnswer> {
    if (this.#phase === 'running' && this.#secretDesk) return this.#secretDesk.rotate(kind);
    return refuse(
      'not-running',
      `The fleet is ${this.#phase}; secrets are replaced in a running one.`,
    );
  }

  secretRotations(): ReturnType<Fleet['secretRotations']> {
    return rotationsOf(this.#session);
  }

  logs(id: string, lines: number): Promise<string[]> {
    return this.#runtime.logs(id, Math.min(lines, 2000));
  }

  inspectRuntimes(): Promise<RuntimeReport[]> {
    return this.#runtime.inspectAll();
  }

  usage(): ReturnType<Fleet['usage']> {
    return this.#runtime.usage();
  }

  directUrl(id: string): string | null {
    const port = this.#roster.get(id)?.status().port;
    return port ? (this.#session?.directUrl(id, port) ?? null) : null;
  }

  endpoints(link: string): Endpoint[] {
    return this.#facts.endpoints(link);
  }

  configurationOf(service: string): ReturnType<Fleet['configurationOf']> {
    return this.#facts.configurationOf(service);
  }

  admits(instance: string, token: string): boolean {
    return this.#facts.admits(instance, token);
  }

  workloadOf(instance: string): Promise<Workload | null> {
    return this.#facts.workloadOf(instance);
  }

  async #launch(asked: RuntimeKind | undefined, abort: AbortSignal): Promise<void> {
    this.#setPhase('launching');
    try {
      const session = await this.#openSession(asked, abort);
      this.#session = session;
      this.#certificates = await openCertificates({
        dataDir: this.#options.dataDir,
        clock: this.#clock,
        changed: () => this.#changed(),
      });
      this.#secretDesk = this.#openSecretDesk(session, this.#certificates);
      const running = await this.#runtime.running();
      const { instances, proxies } = session.plan();
      for (const planned of instances) this.#roster.add(planned);
      this.#proxies.expect(proxies);
      this.#changed();
      await this.#roster.endStrangers(running, instances);
      const left = new Map((await this.#runtime.running()).map((part) => [part.id, part]));
      await launchInOrder(
        {
          instances,
          notes: session.notes,
          concurrency: this.#options.concurrency ?? availableParallelism() * 2,
          clock: this.#clock,
          start: (planned, signal) => this.#roster.bringUp(planned, left.get(planned.id), signal),
          report: (progress) => this.#emit({ kind: 'progress', progress }),
        },
        abort,
      );
      await this.#proxies.removeUnknown();
      this.#setPhase('running');
    } catch (error) {
      await this.#tearDown();
      throw error;
    }
  }

  async #stop(): Promise<void> {
    if (this.#launching) {
      this.#launching.abort.abort();
      await this.#launching.done.catch(() => undefined);
    }
    await this.#turn;
    if (this.#phase !== 'stopped') await this.#tearDown();
  }

  async #tearDown(): Promise<void> {
    this.#setPhase('stopping');
    await this.#roster.endAll(FLEET_STOP_GRACE_MS);
    this.#proxies.clear();
    this.#faults.clear();
    for (const port of this.#session?.ports() ?? []) this.#finder.release(port);
    this.#session = null;
    this.#secretDesk?.[Symbol.dispose]();
    this.#secretDesk = null;
    this.#certificates?.[Symbol.dispose]();
    this.#certificates = null;
    await this.#runtime.release();
    this.#setPhase('stopped');
  }

  #openSecretDesk(session: LaunchSession, certificates: Certificates): SecretDesk {
    return createSecretDesk({
      ...{ session, certificates, clock: this.#clock, topology: this.#options.topology },
      stateOf: (id) => this.#roster.get(id)?.state,
      provision: (planned, gone) => this.#runtime.provision(planned, gone),
      changed: () => this.#changed(),
    });
  }

  /** Readies the runtime that was asked for, or else the one on which parts still run. */
  async #openSession(asked: RuntimeKind | undefined, signal: AbortSignal): Promise<LaunchSession> {
    const former = await readLaunchState(this.#options.dataDir);
    const left = former ? await this.#leftOn(former.runtime) : [];
    const found = left.length > 0 ? former?.runtime : undefined;
    const kind = asked ?? found ?? this.#options.defaultRuntime ?? 'process';
    if (found !== undefined && found !== kind) {
      this.#runtime.select(found);
      await this.#roster.endStrangers(left, []);
      await this.#runtime.release();
    }
    this.#engine = null;
    this.#runtime.select(kind);
    const started = this.#clock.monotonicMs();
    const placement = await this.#runtime.prepare({
      signal,
      report: (part, state, detail) => {
        const elapsedMs = Math.round(this.#clock.monotonicMs() - started);
        this.#emit({ kind: 'progress', progress: { part, state, detail, elapsedMs } });
      },
    });
    const around = { options: this.#options, finder: this.#finder, clock: this.#clock };
    return openSession({ ...around, runtime: kind, placement }, found === kind ? former : null);
  }

  async #leftOn(kind: RuntimeKind): Promise<RunningInstance[]> {
    const running = this.#runtime.get(kind)?.running();
    return (await running?.catch(() => [])) ?? [];
  }

  #launched(): LaunchSession {
    if (!this.#session) throw new Error('The fleet is not launched.');
    return this.#session;
  }

  #describePhase(): FleetPhase {
    if (this.#phase !== 'running') return this.#phase;
    const whole = this.#roster.all().every((instance) => instance.isAsWanted);
    return whole && this.#engine?.state !== 'lost' ? 'ready' : 'degraded';
  }

  #setPhase(phase: Stage): void {
    this.#phase = phase;
    this.#changed();
  }

  /** Many changes of one moment become one event. */
  #changed(): void {
    if (this.#changePending) return;
    this.#changePending = true;
    queueMicrotask(() => {
      this.#changePending = false;
      this.#emit({ kind: 'changed', status: this.status() });
    });
  }

  #emit(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
