import type { Clock } from '@faultline/chassis/core';
import { Instance, type LifecycleWhat } from './instances/instance.ts';
import { awaitReady } from './instances/readiness.ts';
import type { LaunchSession } from './launch-session.ts';
import { PROXY_PART, type PlannedInstance } from './plan/model.ts';
import type { ProxyTable } from './proxies/proxy-table.ts';
import type { RunningInstance, Runtime } from './runtimes/runtime.ts';
import { shutdownOrder } from './shutdown-order.ts';

/** The instances of a launched fleet: made, started or adopted, ended. */
export interface Roster {
  all(): Instance[];
  get(id: string): Instance | undefined;
  add(planned: PlannedInstance): Instance;
  remove(id: string): void;
  /** Starts a planned instance, or takes over the process that runs it already. */
  bringUp(
    planned: PlannedInstance,
    running: RunningInstance | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  /** Ends running parts that the plan does not know or wants differently. */
  endStrangers(
    running: readonly RunningInstance[],
    plan: readonly PlannedInstance[],
  ): Promise<void>;
  /** Ends everything in order, services before what they stand on. */
  endAll(graceMs: number): Promise<void>;
}

/** What a roster works with. */
export interface RosterSurroundings {
  runtime: Runtime;
  clock: Clock;
  proxies: ProxyTable;
  session: () => LaunchSession;
  changed: () => void;
  happened: (instance: string, what: LifecycleWhat, detail: string) => void;
}

/** How long a stranger may take to end, milliseconds. */
const STRANGER_MS = 3000;

/** Creates an empty roster and connects it to the events of the runtime. */
export function createRoster(around: RosterSurroundings): Roster & Disposable {
  return new FleetRoster(around);
}

class FleetRoster implements Roster, Disposable {
  readonly #around: RosterSurroundings;
  readonly #instances = new Map<string, Instance>();
  readonly #unsubscribe: () => void;

  constructor(around: RosterSurroundings) {
    this.#around = around;
    this.#unsubscribe = around.runtime.subscribe((event) => {
      if (event.kind === 'engine') return;
      const instance = this.#instances.get(event.id);
      if (event.kind === 'ready') instance?.saidReady();
      else instance?.exited(event.reason);
    });
  }

  all(): Instance[] {
    return [...this.#instances.values()];
  }

  get(id: string): Instance | undefined {
    return this.#instances.get(id);
  }

  add(planned: PlannedInstance): Instance {
    const { runtime, clock, changed, happened } = this.#around;
    const instance = new Instance(planned, {
      runtime,
      clock,
      plan: () => this.#planForStart(planned.id),
      settle: (current, gone) => this.#settle(current, gone),
      changed,
      happened: (what, detail) => happened(planned.id, what, detail),
    });
    this.#instances.set(planned.id, instance);
    return instance;
  }

  remove(id: string): void {
    this.#instances.delete(id);
  }

  async bringUp(
    planned: PlannedInstance,
    running: RunningInstance | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const instance = this.#instances.get(planned.id) ?? this.add(planned);
    if (running) await instance.adopt(running, planned, signal);
    else await instance.start(signal);
  }

  async endStrangers(
    running: readonly RunningInstance[],
    plan: readonly PlannedInstance[],
  ): Promise<void> {
    const { runtime } = this.#around;
    const wanted = new Map(plan.map((planned) => [planned.id, runtime.fingerprint(planned)]));
    const strangers = running.filter((part) => wanted.get(part.id) !== part.fingerprint);
    await Promise.all(strangers.map((stranger) => this.#end(stranger.id)));
  }

  async endAll(graceMs: number): Promise<void> {
    for (const group of shutdownOrder([...this.#instances.keys()])) {
      await Promise.all(group.map(async (id) => this.#instances.get(id)?.stop(graceMs)));
    }
    this.#instances.clear();
    const left = await this.#around.runtime.running().catch(() => []);
    await Promise.all(left.map((part) => this.#end(part.id)));
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  /** The plan of a start that happens now: if somebody took the port meanwhile, it moves. */
  async #planForStart(id: string): Promise<PlannedInstance> {
    const session = this.#around.session();
    const moved = await session.confirmPort(id);
    const planned = session.planOf(id);
    if (moved && planned.part !== PROXY_PART) {
      await this.#around.proxies.ensure(session.proxiesTo(planned.part, id));
    }
    return planned;
  }

  async #settle(planned: PlannedInstance, gone: AbortSignal): Promise<void> {
    const base = this.#around.session().directUrl(planned.id, planned.port);
    if (planned.work.program === 'service') {
      await awaitReady(`${base}/ready`, this.#around.clock, gone);
    }
    await this.#around.runtime.provision(planned, gone);
    if (planned.part === PROXY_PART) {
      this.#around.proxies.connect(base);
      // A proxy server that was restarted has lost them all.
      await this.#around.proxies.ensure(this.#around.session().plan().proxies);
    }
  }

  async #end(id: string): Promise<void> {
    const { runtime, clock } = this.#around;
    const gone = Promise.withResolvers<void>();
    const unsubscribe = runtime.subscribe((event) => {
      if (event.kind === 'exited' && event.id === id) gone.resolve();
    });
    const patience = new AbortController();
    await runtime.signal(id, 'terminate').catch(() => gone.resolve());
    void clock.sleep(STRANGER_MS, patience.signal).then(
      () => runtime.signal(id, 'kill').catch(() => gone.resolve()),
      () => undefined,
    );
    await gone.promise;
    patience.abort();
    unsubscribe();
  }
}
