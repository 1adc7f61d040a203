import {
  systemClock,
  systemIds,
  systemRandom,
  type Clock,
  type FeatureFlag,
  type IdSource,
} from '@faultline/chassis/core';
import { registerRegistryRoutes, type Fleet } from '@faultline/fleet';
import { checkInvariants, type FaultLimits } from '@faultline/scenarios';
import {
  DEFAULT_FLAGS,
  DEFAULT_LOAD,
  DEFAULT_POLICIES,
  TOPOLOGY,
  type Topology,
} from '@faultline/topology';
import pino, { type Logger } from 'pino';
import { openAuditTrail } from './audit/trail.ts';
import { openCollectorLink } from './collector/link.ts';
import type { ControlContext } from './context.ts';
import type { AuditRow, Load } from './contract/index.ts';
import { createTopicControl } from './events/topics.ts';
import { createApp, type App, type AppOptions } from './http/app.ts';
import { openListener } from './http/listener.ts';
import { describeRoutes } from './http/openapi.ts';
import { isBeyondLoopback } from './http/strangers.ts';
import { serveWebConsole } from './http/web-console.ts';
import { createLab } from './lab/lab.ts';
import type { ProcessUsage } from './lab/usage.ts';
import { registerRoutes } from './routes/index.ts';
import type { RunEngine } from './runs/engine.ts';
import { openRuns } from './runs/open-runs.ts';
import type { Runs } from './runs/runs.ts';
import { createStreamHub, type StreamHub } from './stream/hub.ts';

/** What a control plane is made of and where. */
export interface ControlPlaneOptions {
  /** Makes the fleet, given where the services will find the registry. */
  createFleet: (addresses: { registryUrl: string }) => Fleet;
  collectorUrl: string;
  /** Absolute path; the audit trail is kept there. */
  dataDir: string;
  /** Folder of the web console's static export. */
  webRoot: string;
  /** Default 127.0.0.1. Beyond loopback a token is asked for. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Needed when `host` is beyond loopback. */
  token?: string;
  /**
   * In a container whose port is published on loopback: its default gateway, from which that
   * traffic comes. Nobody else is admitted, and `host` counts as loopback.
   */
  gateway?: string;
  topology?: Topology;
  policies?: Readonly<Record<string, object>>;
  flags?: readonly FeatureFlag[];
  /** Whether links speak mutual TLS at launch. Default false. */
  mtls?: boolean;
  load?: Load;
  /** How far faults may reach. Default: no limits. */
  limits?: Partial<FaultLimits>;
  /** Folder with `experiments/` and `runbooks/`. Default: those that came with Faultline. */
  scenariosDir?: string;
  /** What executes runs. Default: the engine of the scenarios. */
  engine?: RunEngine;
  /** Longest time without a watcher of an attached run, milliseconds. Default 10,000. */
  disconnectMs?: number;
  /** Memory and CPU time of everything the lab runs, apart from what the fleet tells itself. */
  usage?: () => Promise<ProcessUsage[]>;
  log?: Logger;
  clock?: Clock;
  ids?: IdSource;
}

/** A running control plane. */
export interface ControlPlane {
  /** Where it answers, `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly fleet: Fleet;
  /** Launches the fleet in the background; false when it is up or on its way. */
  launch(): boolean;
  /** Why the last launch failed; null when it did not. */
  readonly problem: string | null;
  /**
   * Ends the run under way and every fault, and closes every socket. The fleet goes on: it belongs
   * to its host.
   */
  close(): Promise<void>;
}

/** Builds the control plane and answers requests. Throws `ListenError` when the port is taken. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { host = '127.0.0.1', port = 0, clock = systemClock, ids = systemIds } = options;
  const { topology = TOPOLOGY, policies = DEFAULT_POLICIES, flags = DEFAULT_FLAGS } = options;
  const log = options.log ?? pino({ level: 'silent' });
  const { gateway = null, limits = {} } = options;
  // Whom the outside world sees: a published port is on the loopback address there.
  const listenHost = gateway === null ? host : '127.0.0.1';
  const token = isBeyondLoopback(listenHost) ? requireToken(options.token, listenHost) : null;
  const startedAt = clock.now();

  await using startup = new AsyncDisposableStack();
  const listener = startup.use(await openListener(host, port));
  const hub = startup.use(createStreamHub());
  let runs: Runs | null = null;
  const tell = tellOf(hub, () => runs);
  const audit = startup.use(await openAuditTrail(options.dataDir, clock, log, tell));
  // Services always reach the registry on this machine, whatever the console listens on.
  const fleet = options.createFleet({ registryUrl: `http://127.0.0.1:${listener.port}` });
  const initialLoad = options.load ?? { enabled: true, ...DEFAULT_LOAD };
  const usage = options.usage && addUp(options.usage, () => fleet.usage());
  const lab = createLab({
    ...{ fleet, topology, initialLoad, startedAt, usage, clock, ids, log, hub, limits },
  });
  startup.use(lab);
  const { marks } = lab;
  const topics = startup.use(await createTopicControl({ ...options, fleet, clock, hub }));
  const collector = startup.use(
    openCollectorLink({ url: options.collectorUrl, fleet, clock, log, marks, hub }),
  );
  const invariants = (signal: AbortSignal) => checkInvariants({ fleet, clock, signal });
  runs = await openRuns({
    ...{ ...options, ...lab, fleet, topology, topics, audit, hub, startedAt },
    ...{ clock, ids, log, invariants, collector: collector.client, random: systemRandom },
  });
  const context: ControlContext = {
    ...{ clock, startedAt, topology, policies, flags, fleet, audit, topics, hub, ...lab },
    initialMtls: options.mtls ?? false,
    collector: collector.client,
    feed: collector.feed,
    initialEvents: () => [
      ...lab.events(),
      { event: 'collector', data: { connected: collector.feed.connected } },
      ...collector.latest(),
    ],
    checkInvariants: invariants,
    runs,
  };
  const http = { log, listenHost, token, gateway, server: listener.server };
  const app = await serveApp(http, context, options.webRoot);
  listener.serve((request, response) => app.routing(request, response));
  startup.defer(() => app.close());
  // Last in, first out: the undo of a run still needs everything else.
  startup.use(runs);

  const parts = startup.move();
  return {
    url: listener.url,
    fleet,
    launch: () => lab.launcher.launch(),
    get problem() {
      return lab.launcher.problem;
    },
    close: () => parts.disposeAsync(),
  };
}

/** Everything that answers requests, ready to. */
async function serveApp(http: AppOptions, context: ControlContext, webRoot: string): Promise<App> {
  const app = createApp(http);
  await describeRoutes(app);
  registerRegistryRoutes(app, context.fleet);
  registerRoutes(app, context);
  await serveWebConsole(app, webRoot);
  await app.ready();
  return app;
}

/** Tells the live stream of each entry, and the journal of the run that is under way. */
function tellOf(hub: StreamHub, runs: () => Runs | null): (row: AuditRow) => void {
  return (row) => {
    hub.publish({ event: 'audited', data: row });
    runs()?.desk.note(row);
  };
}

type UsageSource = () => Promise<ProcessUsage[]>;

/** What both tell; one that cannot tell hides nothing of the other. */
function addUp(...sources: UsageSource[]): UsageSource {
  return async () => {
    const told = await Promise.all(sources.map((source) => source().catch(() => [])));
    return told.flat();
  };
}

function requireToken(token: string | undefined, host: string): string {
  if (token !== undefined && token.length >= 16) return token;
  throw new Error(`${host} is beyond loopback: a token of at least 16 characters is needed`);
}
