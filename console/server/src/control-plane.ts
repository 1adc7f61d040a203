import { systemClock, systemIds, type Clock, type IdSource } from '@faultline/chassis/core';
import { registerRegistryRoutes, type Fleet } from '@faultline/fleet';
import { checkInvariants, createFaultRegistry, createLeases } from '@faultline/scenarios';
import { DEFAULT_LOAD, DEFAULT_POLICIES, TOPOLOGY, type Topology } from '@faultline/topology';
import pino, { type Logger } from 'pino';
import { createCollectorClient } from './collector/client.ts';
import { createCollectorFeed } from './collector/feed.ts';
import { createCollectorSnapshot } from './collector/snapshot.ts';
import { createScrapeTargetSync } from './collector/targets.ts';
import type { ControlContext } from './context.ts';
import type { Load } from './contract/index.ts';
import { createApp } from './http/app.ts';
import { isBeyondLoopback } from './http/strangers.ts';
import { openListener } from './http/listener.ts';
import { describeRoutes } from './http/openapi.ts';
import { serveWebConsole } from './http/web-console.ts';
import { openAuditTrail } from './lab/audit.ts';
import { viewFleet } from './lab/fleet-view.ts';
import { createLauncher } from './lab/launcher.ts';
import { createLoadControl } from './lab/load.ts';
import { createMarks } from './lab/marks.ts';
import { registerRoutes } from './routes/index.ts';
import { viewFaults } from './routes/faults.ts';
import { createStreamHub } from './stream/hub.ts';
import { createCoalescer } from './stream/coalescer.ts';

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
  topology?: Topology;
  policies?: Readonly<Record<string, object>>;
  load?: Load;
  /** Memory and CPU time of everything the lab runs. */
  usage?: () => Promise<{ id: string; memoryBytes: number; cpuSeconds: number }[]>;
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
  const token = isBeyondLoopback(host) ? requireToken(options.token, host) : null;

  await using startup = new AsyncDisposableStack();
  const listener = startup.use(await openListener(host, port));
  const app = createApp({ log, listenHost: host, token, server: listener.server });
  const audit = startup.use(await openAuditTrail(options.dataDir, clock, log));

  const registryUrl = `http://127.0.0.1:${listener.port}`;
  const fleet = options.createFleet({ registryUrl });
  const registry = createFaultRegistry();
  const leases = createLeases({ fleet, clock, ids, registry });

  const startedAt = clock.now();
  const hub = startup.use(createStreamHub());
  const fleetChanged = startup.use(
    createCoalescer(FLEET_EVERY_MS, () => hub.publish({ event: 'fleet', data: fleetView() })),
  );
  const marks = createMarks(clock, (mark) => hub.publish({ event: 'mark', data: mark }));
  const launcher = startup.use(
    createLauncher({
      fleet,
      clock,
      log,
      ...(options.usage ? { usage: options.usage } : {}),
      onLaunched: async () => {
        log.info(await leases.reconcile(), 'reconciled');
      },
      onChange: fleetChanged.request,
    }),
  );
  const fleetView = () => viewFleet(fleet, topology, launcher, leases);
  const load = startup.use(
    createLoadControl({
      fleet,
      topology,
      initial: options.load ?? { enabled: true, ...DEFAULT_LOAD },
      startedAt,
      log,
      onChange: (now) => {
        marks.load(now);
        hub.publish({ event: 'load', data: now });
      },
    }),
  );

  const collector = startup.use(createCollectorClient(options.collectorUrl));
  const snapshot = createCollectorSnapshot();
  const targets = startup.use(createScrapeTargetSync(fleet, collector, log));
  const feed = startup.use(
    createCollectorFeed(collector, clock, {
      connection(connected) {
        if (connected) targets.resend();
        else snapshot.forget();
        hub.publish({ event: 'collector', data: { connected } });
      },
      event(event) {
        snapshot.remember(event);
        if (event.event === 'happened') marks.happened(event.data);
        hub.publish(event);
      },
    }),
  );

  const viewLeases = () => viewFaults({ leases });
  leases.subscribe((event) => {
    marks.lease(event);
    hub.publish({ event: 'faults', data: viewLeases() });
    fleetChanged.request();
  });
  startup.defer(
    fleet.subscribe((event) => {
      marks.fleet(event);
      if (event.kind === 'policy-changed') {
        hub.publish({ event: 'policies', data: { link: event.link } });
      }
      fleetChanged.request();
    }),
  );

  const context: ControlContext = {
    clock,
    startedAt,
    topology,
    policies,
    fleet,
    launcher,
    registry,
    leases,
    load,
    marks,
    audit,
    collector,
    feed,
    hub,
    fleetView,
    initialEvents: () => [
      { event: 'fleet', data: fleetView() },
      { event: 'faults', data: viewLeases() },
      { event: 'load', data: load.current() },
      { event: 'collector', data: { connected: feed.connected } },
      ...snapshot.events(),
    ],
    checkInvariants: (signal) => checkInvariants({ fleet, clock, signal }),
  };
  await describeRoutes(app);
  registerRegistryRoutes(app, fleet);
  registerRoutes(app, context);
  await serveWebConsole(app, options.webRoot);
  await app.ready();

  const parts = startup.move();
  return {
    url: listener.url,
    fleet,
    launch: () => launcher.launch(),
    get problem() {
      return launcher.problem;
    },
    async close() {
      await leases[Symbol.asyncDispose]();
      listener.server.closeAllConnections();
      await app.close();
      await parts.disposeAsync();
    },
  };
}

/** How often at most the whole fleet is sent to clients of the live stream, milliseconds. */
const FLEET_EVERY_MS = 100;

function requireToken(token: string | undefined, host: string): string {
  if (token !== undefined && token.length >= 16) return token;
  throw new Error(`${host} is beyond loopback: a token of at least 16 characters is needed`);
}
