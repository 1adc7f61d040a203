import { systemClock, type Clock } from '@faultline/chassis/core';
import { LaunchError } from '../../errors.ts';
import { removeEverything } from '../../janitor/sweeper.ts';
import type { PlannedInstance } from '../../plan/model.ts';
import { hostOf, type Placement } from '../../plan/placement.ts';
import type {
  InstanceUsage,
  Preparation,
  RunningInstance,
  Runtime,
  RuntimeEvent,
  RuntimeSignal,
} from '../runtime.ts';
import { openBridge, type Bridge } from './bridge.ts';
import { findContainer, listContainers, MANAGED_FINGERPRINT } from './container-list.ts';
import { describeContainer, type LabOfContainers } from './containers.ts';
import { createEngineDoor, type Engine, type EngineDoor } from './engine.ts';
import { toLaunchError } from './engine-problem.ts';
import { createEngineWatch, type EngineWatch } from './engine-watch.ts';
import { ensureImages, type ImageNeeds } from './images.ts';
import { createJanitorLink, type JanitorLink, type JanitorPlan } from './janitor-link.ts';
import { readLogFrames } from './logs.ts';
import { networkName } from './names.ts';
import { ensureNetwork, ensureVolumes, type LabNetwork } from './network.ts';
import { START_LIMIT_MS, type DockerRuntimeOptions } from './options.ts';
import { provisionPart } from '../provision/provision-part.ts';
import { reportOn } from './report.ts';
import { signalContainer } from './signals.ts';
import { startContainer } from './start-container.ts';
import { readStats } from './stats.ts';

/** Runs each instance as a container of its own, in a network of the lab's own. */
export function loadDockerRuntime(options: DockerRuntimeOptions): Runtime {
  return new DockerRuntime(options);
}

/** What a preparation made or found. */
interface Prepared {
  containers: LabOfContainers;
  janitor: JanitorPlan;
  placement: Placement;
  bridge: Bridge;
}

class DockerRuntime implements Runtime {
  readonly kind = 'docker';
  readonly startLimitMs = START_LIMIT_MS;
  readonly #options: DockerRuntimeOptions;
  readonly #clock: Clock;
  readonly #door: EngineDoor;
  readonly #watch: EngineWatch;
  readonly #janitor: JanitorLink;
  readonly #needs: ImageNeeds;
  /** Instances whose containers somebody else made. */
  #managed = new Set<string>();
  #prepared: Prepared | null = null;

  constructor(options: DockerRuntimeOptions) {
    const { lab, root, servicesImage, inside } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#door = createEngineDoor({ inside: inside !== undefined });
    this.#watch = createEngineWatch({ door: this.#door, lab, clock: this.#clock });
    this.#janitor = createJanitorLink(this.#clock);
    this.#needs = { root, servicesImage, mayBuild: inside === undefined };
    this.#watch.subscribe((event) => void this.#recover(event));
  }

  inspect(): ReturnType<Runtime['inspect']> {
    return reportOn(this.#door, this.#options.topology, this.#needs);
  }

  async prepare(preparation: Preparation): Promise<Placement> {
    if (this.#door.problem !== null) {
      throw new LaunchError('engine-unreachable', null, this.#door.problem);
    }
    try {
      return await this.#prepare(await this.#door.open(), preparation);
    } catch (error) {
      if (preparation.signal.aborted) {
        throw new LaunchError('stopped', null, 'The launch was stopped.', { cause: error });
      }
      throw toLaunchError(error, this.#door.address, 'prepare the launch');
    }
  }

  async running(): Promise<RunningInstance[]> {
    const { calls } = await this.#door.open();
    const containers = await listContainers(calls, this.#options.lab);
    this.#managed = new Set(containers.filter(({ managed }) => managed).map(({ id }) => id));
    const running = containers.filter((container) => container.running);
    // Whoever finds parts may end them before anything is prepared, and waits for the news.
    if (running.length > 0) await this.#watch.open();
    return running;
  }

  fingerprint(instance: PlannedInstance): string {
    if (this.#managed.has(instance.id)) return MANAGED_FINGERPRINT;
    return describeContainer(instance, this.#ready().containers).fingerprint;
  }

  async start(instance: PlannedInstance): Promise<RunningInstance> {
    const { containers } = this.#ready();
    const { calls } = await this.#door.open();
    return startContainer({
      docker: calls,
      watch: this.#watch,
      lab: this.#options.lab,
      instance: instance.id,
      description: describeContainer(instance, containers),
    });
  }

  provision(instance: PlannedInstance, gone: AbortSignal): Promise<void> {
    const { superuserPassword } = this.#options;
    const address = {
      host: hostOf(this.#ready().placement.control, instance.id),
      port: instance.port,
    };
    const known = this.#managed.has(instance.id) ? superuserPassword : undefined;
    return provisionPart(instance.work, address, { superuserPassword: known }, this.#clock, gone);
  }

  async signal(id: string, what: RuntimeSignal): Promise<void> {
    const lost = this.#watch.state?.state === 'lost';
    try {
      if (lost) throw new Error(this.#watch.state?.detail);
      const { calls } = await this.#door.open();
      const container = await findContainer(calls, this.#options.lab, id);
      if (!container?.running) throw new Error(`Container of ${id} is not running.`);
      await signalContainer(calls, container, what);
    } catch (error) {
      // Nobody can tell any more how it ended, and nobody should wait for that.
      if (what === 'kill' && (lost || this.#isAway())) {
        this.#watch.assumeEnded(id, 'the engine that ran it is away');
      }
      throw error;
    }
  }

  async logs(id: string, lines: number): Promise<string[]> {
    if (lines <= 0) return [];
    const { calls } = await this.#door.open();
    const found = await findContainer(calls, this.#options.lab, id);
    if (!found) return [];
    const container = calls.getContainer(found.container);
    const bytes = await container.logs({ stdout: true, stderr: true, tail: lines, follow: false });
    return readLogFrames(bytes).slice(-lines);
  }

  async usage(): Promise<InstanceUsage[]> {
    if (!this.#prepared) return [];
    const { calls } = await this.#door.open();
    const containers = await listContainers(calls, this.#options.lab);
    const measured = containers
      .filter((container) => container.running)
      .map(async ({ id, container }): Promise<InstanceUsage | null> => {
        const asked = { stream: false, 'one-shot': true } as const;
        const stats = await calls
          .getContainer(container)
          .stats(asked)
          .catch(() => null);
        return stats && { id, ...readStats(stats) };
      });
    return (await Promise.all(measured)).filter((usage) => usage !== null);
  }

  subscribe(listener: (event: RuntimeEvent) => void): () => void {
    return this.#watch.subscribe(listener);
  }

  async release(): Promise<void> {
    const { lab, inside } = this.#options;
    const prepared = this.#prepared;
    this.#prepared = null;
    await prepared?.bridge[Symbol.asyncDispose]();
    try {
      if (this.#watch.state?.state === 'lost') throw new Error(this.#watch.state.detail);
      const engine = await this.#door.open();
      await removeEverything(engine.calls, { lab, network: inside ? '' : networkName(lab) });
      await this.#janitor.dismiss(engine, lab);
    } catch {
      // The engine is away. What is left is found by the next launch, or removed by the janitor.
      this.#janitor.stop();
    }
    await this.#watch.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#janitor[Symbol.asyncDispose]();
    await this.#prepared?.bridge[Symbol.asyncDispose]();
    this.#prepared = null;
    await this.#watch[Symbol.asyncDispose]();
  }

  async #prepare(engine: Engine, preparation: Preparation): Promise<Placement> {
    const { signal, report } = preparation;
    const { lab, inside, topology } = this.#options;
    // Before anything that lasts: the former control plane's janitor may be counting.
    await this.#janitor.greet(engine, lab);
    const imageIds = await ensureImages(engine, this.#needs, preparation);
    signal.throwIfAborted();
    report('network', 'starting', networkName(lab));
    await this.#removeRemains(engine);
    await this.#watch.open();
    this.#watch.tellState();
    const network: LabNetwork = inside
      ? { name: inside.network, gateway: null, bridgePort: 0 }
      : await ensureNetwork(engine.calls, lab);
    const containers: LabOfContainers = {
      lab,
      network: network.name,
      servicesImage: this.#options.servicesImage,
      publish: inside === undefined,
      cpus: engine.facts.cpus,
      imageIds,
    };
    const janitor: JanitorPlan = {
      ...containers,
      ownsNetwork: inside === undefined,
      imageId: imageIds[containers.servicesImage] ?? '',
      socketPath: this.#door.socketPath(engine),
    };
    await this.#janitor.ensure(engine, janitor);
    signal.throwIfAborted();
    const own = topology.resources.filter(({ name }) => !this.#managed.has(`${name}-1`));
    await ensureVolumes(
      engine.calls,
      lab,
      own.map(({ name }) => name),
    );
    await this.#prepared?.bridge[Symbol.asyncDispose]();
    const bridge = await openBridge(network, this.#options);
    const placement: Placement = {
      parts: 'names',
      control: inside ? 'names' : 'loopback',
      registryUrl: bridge.url,
      otlpEndpoint: bridge.url,
    };
    this.#prepared = { containers, janitor, placement, bridge };
    report('network', 'ready', network.name);
    return placement;
  }

  /**
   * Where nothing runs that could be taken over, what is left of a former launch is of no use: its
   * data answer to secrets that nobody knows any more.
   */
  async #removeRemains(engine: Engine): Promise<void> {
    const { lab, inside } = this.#options;
    const containers = await listContainers(engine.calls, lab);
    this.#managed = new Set(containers.filter(({ managed }) => managed).map(({ id }) => id));
    if (containers.some(({ running, managed }) => running && !managed)) return;
    await this.#janitor.dismiss(engine, lab);
    await removeEverything(engine.calls, { lab, network: inside ? '' : networkName(lab) });
  }

  /** An engine that is back has ended the janitor with everything else. */
  async #recover(event: RuntimeEvent): Promise<void> {
    if (event.kind !== 'engine' || event.engine.state !== 'connected' || !this.#prepared) return;
    const { janitor } = this.#prepared;
    await this.#door.open().then(
      (engine) => this.#janitor.ensure(engine, janitor).catch(() => undefined),
      () => undefined,
    );
  }

  #isAway(): boolean {
    return this.#watch.state?.state !== 'connected';
  }

  #ready(): Prepared {
    if (!this.#prepared) throw new Error('The Docker runtime is not prepared.');
    return this.#prepared;
  }
}
