import type { Clock, IdSource } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import {
  catalogueFleet,
  type Experiment,
  type FaultRegistry,
  type Leases,
} from '@faultline/scenarios';
import type { Plan, QueuedRun, RunView } from '@faultline/scenarios/journal';
import type { Topology } from '@faultline/topology';
import type { z } from 'zod';
import type { RunSummary, startRunSchema, startSoakSchema } from '../contract/index.ts';
import { ApiProblem } from '../http/problems.ts';
import { refuseDocument } from '../http/refuse-document.ts';
import type { RunEngine, Work } from './engine.ts';
import type { Library, LibraryEntry } from './library.ts';
import { describeChange } from './ports/describe-change.ts';
import { resolveFault, type FaultRules } from './ports/resolve-fault.ts';
import { MAXIMUM_WAITING, type RunDesk } from './run-desk.ts';
import type { RunStore } from './run-store.ts';
import type { RunWatchers } from './run-watchers.ts';
import { summaryOf } from './summary.ts';

/** Experiments and their runs, as routes use them. */
export interface Runs extends AsyncDisposable {
  readonly library: Library;
  readonly store: RunStore;
  readonly desk: RunDesk;
  readonly watchers: RunWatchers;
  readonly engine: RunEngine;
  /** Held against the running fleet, or without one against the catalogue. */
  plan(
    experiment: Experiment,
    options: { seed?: number; variants?: readonly string[] },
  ): Plan | { problem: string };
  /** The plan of a document of the library by the catalogue; null for a bad one. */
  catalogued(entry: LibraryEntry): Plan | null;
  /** What became last of an experiment. */
  lastOf(experiment: string): RunSummary | undefined;
  /** Of all runs: the newest first. */
  summaries(): RunSummary[];
  /** @throws ApiProblem that says why it cannot be run, and the way out */
  start(wanted: z.output<typeof startRunSchema>, actor: string): Promise<RunView>;
  /** See {@link start}. */
  startSoak(wanted: z.output<typeof startSoakSchema>, actor: string): Promise<RunView>;
}

/** What runs are made with. */
export interface RunsParts {
  library: Library;
  store: RunStore;
  desk: RunDesk;
  watchers: RunWatchers;
  engine: RunEngine;
  fleet: Fleet;
  topology: Topology;
  registry: FaultRegistry;
  leases: Leases;
  clock: Clock;
  ids: IdSource;
  /** Of a soak for which nobody chose one. */
  randomSeed: () => number;
  close: () => Promise<void>;
}

/** Puts together what routes use. */
export function createRuns(parts: RunsParts): Runs {
  return new FleetRuns(parts);
}

class FleetRuns implements Runs {
  readonly library: Library;
  readonly store: RunStore;
  readonly desk: RunDesk;
  readonly watchers: RunWatchers;
  readonly engine: RunEngine;
  readonly #parts: RunsParts;
  /** Documents that were read are remembered, and so are their plans. */
  readonly #catalogued = new WeakMap<Experiment, Plan | null>();

  constructor(parts: RunsParts) {
    this.#parts = parts;
    ({
      library: this.library,
      store: this.store,
      desk: this.desk,
      watchers: this.watchers,
      engine: this.engine,
    } = parts);
  }

  plan(
    experiment: Experiment,
    options: { seed?: number; variants?: readonly string[] },
  ): Plan | { problem: string } {
    return this.#planOn(this.#isUp() ? 'fleet' : 'catalogue', experiment, options);
  }

  catalogued({ parsed }: LibraryEntry): Plan | null {
    if (!parsed.ok) return null;
    const { experiment } = parsed;
    const known = this.#catalogued.get(experiment);
    if (known !== undefined) return known;
    const made = this.#planOn('catalogue', experiment, {});
    const plan = 'problem' in made ? null : made;
    this.#catalogued.set(experiment, plan);
    return plan;
  }

  lastOf(experiment: string): RunSummary | undefined {
    return this.store.summaries().find((run) => run.experiment === experiment);
  }

  summaries(): RunSummary[] {
    const live = this.desk.all().map((one) => summaryOf(one.view()));
    const known = new Set(live.map(({ id }) => id));
    const ended = this.store.summaries().filter(({ id }) => !known.has(id));
    return [...live, ...ended].sort((one, other) => other.queuedAt - one.queuedAt);
  }

  async start(wanted: z.output<typeof startRunSchema>, actor: string): Promise<RunView> {
    const text = await this.#textOf(wanted);
    const parsed = this.library.parse(text);
    if (!parsed.ok) refuseDocument(parsed.problems);
    const { experiment } = parsed;
    const { seed, variants } = wanted;
    this.#refuseUnlessReady();
    const plan = this.plan(experiment, {
      ...(seed === undefined ? {} : { seed }),
      ...(variants === undefined ? {} : { variants }),
    });
    if ('problem' in plan) throw new ApiProblem('not-plannable', plan.problem);
    const { description, pattern, lookAt, runbook, tags } = experiment;
    const about = { runKind: 'experiment', description, pattern, lookAt, runbook, tags } as const;
    const work: Work = { kind: 'experiment', experiment, variants };
    return this.#submit({ ...about, document: text, plan }, work, actor, wanted.attached);
  }

  async startSoak(wanted: z.output<typeof startSoakSchema>, actor: string): Promise<RunView> {
    const { kinds, off, rps, atOnce, shrink } = wanted;
    const spec = {
      ...{ kinds, off, rps, atOnce, shrink },
      seed: wanted.seed ?? this.#parts.randomSeed(),
      durationMs: wanted.durationSeconds * 1000,
      shrinkMs: wanted.shrinkSeconds * 1000,
    };
    this.#refuseUnlessReady();
    const { engine } = this;
    const status = this.#parts.fleet.status();
    const plan = engine.planSoak(spec, {
      status,
      resolve: (fault) => resolveFault(this.#rules, status, fault),
      describePolicy: describeChange,
    });
    if ('problem' in plan) throw new ApiProblem('not-plannable', plan.problem);
    const nothing = { pattern: null, lookAt: [], runbook: null, tags: [] };
    const about = { runKind: 'soak', description: '', ...nothing } as const;
    const document = engine.describeSoak(spec);
    return this.#submit(
      { ...about, document, plan },
      { kind: 'soak', spec },
      actor,
      wanted.attached,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close();
  }

  async #textOf({ experiment, document }: z.output<typeof startRunSchema>): Promise<string> {
    if (document !== undefined) return document;
    const entry = await this.library.read(experiment ?? '');
    if (!entry) {
      const detail = `no experiment is called ${experiment}; GET /api/experiments lists them`;
      throw new ApiProblem('unknown-experiment', detail);
    }
    if (!entry.parsed.ok) refuseDocument(entry.parsed.problems);
    return entry.text;
  }

  #isUp(): boolean {
    const { phase } = this.#parts.fleet.status();
    return phase === 'ready' || phase === 'degraded';
  }

  /** While another run is under way, an instance may well be down: that is its business. */
  #refuseUnlessReady(): void {
    const { fleet, leases } = this.#parts;
    if (leases.latched) {
      throw new ApiProblem('stopped', 'stop all is in force: release it to run experiments');
    }
    const { phase, services } = fleet.status();
    if (phase === 'ready' || (phase === 'degraded' && this.desk.busy)) return;
    const away = services
      .flatMap(({ instances }) => instances)
      .filter(({ state }) => state !== 'ready')
      .map(({ id, state }) => `${id} is ${state}`);
    const wayOut =
      phase === 'degraded'
        ? `${away.join(', ') || 'an instance is away'}; wait for it, or start it on the page Fleet`
        : phase === 'launching'
          ? 'wait until it is ready'
          : 'launch it, POST /api/fleet/launch';
    throw new ApiProblem('fleet-not-ready', `the fleet is ${phase}: ${wayOut}`);
  }

  get #rules(): FaultRules {
    const { registry, leases } = this.#parts;
    return { registry, limits: leases.limits };
  }

  #planOn(
    what: 'fleet' | 'catalogue',
    experiment: Experiment,
    options: { seed?: number; variants?: readonly string[] },
  ): Plan | { problem: string } {
    const { fleet, topology, engine } = this.#parts;
    const status = what === 'fleet' ? fleet.status() : catalogueFleet(topology, 'launch');
    return engine.plan(experiment, {
      ...options,
      resolve: (fault) => resolveFault(this.#rules, status, fault),
      describePolicy: describeChange,
    });
  }

  async #submit(
    about: Omit<
      QueuedRun,
      'id' | 'position' | 'experiment' | 'title' | 'seed' | 'requestedBy' | 'runtime' | 'queuedAt'
    >,
    work: Work,
    requestedBy: string,
    attached: boolean,
  ): Promise<RunView> {
    const { fleet, clock, ids } = this.#parts;
    const { experiment, title, seed } = about.plan;
    const run: QueuedRun = {
      ...about,
      ...{ id: ids.next(), position: 0, experiment, title, seed, requestedBy },
      ...{ runtime: fleet.status().runtime, queuedAt: clock.now() },
    };
    const live = await this.desk.submit(run, work, attached);
    if (live === 'full') {
      const detail = `${MAXIMUM_WAITING} runs wait already; end one, or come back later`;
      throw new ApiProblem('queue-full', detail);
    }
    return live.view();
  }
}
