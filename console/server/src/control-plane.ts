import { systemClock, systemIds, type Clock, type IdSource } from '@faultline/chassis/core';
import { registerRegistryRoutes, type Fleet } from '@faultline/fleet';
import { checkInvariants } from '@faultline/scenarios';
import { DEFAULT_LOAD, DEFAULT_POLICIES, TOPOLOGY, type Topology } from '@faultline/topology';
import pino, { type Logger } from 'pino';
import { openCollectorLink } from './collector/link.ts';
import type { ControlContext } from './context.ts';
import type { Load } from './contract/index.ts';
import { createApp } from './http/app.ts';
import { openListener } from './http/listener.ts';
import { describeRoutes } from './http/openapi.ts';
import { isBeyondLoopback } from './http/strangers.ts';
import { serveWebConsole } from './http/web-console.ts';
import { openAuditTrail } from './lab/audit.ts';
import { createLab } from './lab/lab.ts';
import type { ProcessUsage } from './lab/usage.ts';
import { registerRoutes } from './routes/index.ts';
import { createStreamHub } from './stream/hub.ts';

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
  load?: Load;
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
  /** Ends every fault and closes every socket. The fleet goes on: it belongs to its host. */
  close(): Promise<void>;
}

/** Builds the control plane and answers requests. Throws `ListenError` when the port is taken. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { host = '127.0.0.1', port = 0, clock = systemClock, ids = systemIds } = options;
  const { topology = TOPOLOGY, policies = DEFAULT_POLICIES } = options;
  const log = options.log ?? pino({ level: 'silent' });
  const { gateway = null } = options;
  // Whom the outside world sees: a published port is on the loopback address there.
  const listenHost = gateway === null ? host : '127.0.0.1';
  const token = isBeyondLoopback(listenHost) ? requireToken(options.token, listenHost) : null;
  const startedAt = clock.now();

  await using startup = new AsyncDisposableStack();
  const listener = startup.use(await openListener(host, port));
  const audit = startup.use(await openAuditTrail(options.dataDir, clock, log));
  const hub = startup.use(createStreamHub());
  // Services always reach the registry on this machine, whatever the console listens on.
  const fleet = options.createFleet({ registryUrl: `http://127.0.0.1:${listener.port}` });
  const initialLoad = options.load ?? { enabled: true, ...DEFAULT_LOAD };
  const usage = options.usage && addUp(options.usage, () => fleet.usage());
  const lab = createLab({
    ...{ fleet, topology, initialLoad, startedAt, usage, clock, ids, log, hub },
  });
  startup.use(lab);
  const { marks } = lab;
  const collector = startup.use(
    openCollectorLink({ url: options.collectorUrl, fleet, clock, log, marks, hub }),
  );
  const context: ControlContext = {
    ...{ clock, startedAt, topology, policies, fleet, audit, hub, ...lab },
    collector: collector.client,
    feed: collector.feed,
    initialEvents: () => [
      ...lab.events(),
      { event: 'collector', data: { connected: collector.feed.connected } },
      ...collector.latest(),
    ],
    checkInvariants: (signal) => checkInvariants({ fleet, clock, signal }),
  };
  const app = createApp({ log, listenHost, token, gateway, server: listener.server });
  await describeRoutes(app);
  registerRegistryRoutes(app, fleet);
  registerRoutes(app, context);
  await serveWebConsole(app, options.webRoot);
  await app.ready();
  listener.serve((request, response) => app.routing(request, response));
  startup.defer(() => app.close());

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
