import type { Clock, IdSource } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import {
  createFaultRegistry,
  createLeases,
  type FaultLimits,
  type FaultRegistry,
  type Leases,
} from '@faultline/scenarios';
import type { Topology } from '@faultline/topology';
import type { Logger } from 'pino';
import type { FleetView, Load, StreamEvent } from '../contract/index.ts';
import { createCoalescer } from '../stream/coalescer.ts';
import type { StreamHub } from '../stream/hub.ts';
import { viewFleet } from './fleet-view.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { createLoadControl, type LoadControl } from './load.ts';
import { createMarks, type Marks } from './marks.ts';
import { createUsageMeter, type ProcessUsage } from './usage.ts';

/** The fleet with all that acts on it, telling the live stream what changes. */
export interface Lab extends AsyncDisposable {
  registry: FaultRegistry;
  leases: Leases;
  launcher: Launcher;
  load: LoadControl;
  marks: Marks;
  fleetView: () => FleetView;
  /** Fleet, faults and load as they stand. */
  events: () => StreamEvent[];
}

/** What the lab needs. */
export interface LabParts {
  fleet: Fleet;
  topology: Topology;
  initialLoad: Load;
  startedAt: number;
  usage: (() => Promise<ProcessUsage[]>) | undefined;
  clock: Clock;
  ids: IdSource;
  log: Logger;
  hub: StreamHub;
  limits: Partial<FaultLimits>;
}

/** How often at most the whole fleet is sent to clients of the live stream, milliseconds. */
const FLEET_EVERY_MS = 100;

/** Puts the lab together. Disposing of it ends every fault; the fleet goes on. */
export function createLab(parts: LabParts): Lab {
  const { fleet, topology, clock, ids, log, hub, limits } = parts;
  const stack = new AsyncDisposableStack();
  const registry = createFaultRegistry();
  const leases = stack.use(createLeases({ fleet, clock, ids, registry, limits }));
  const marks = createMarks(clock, (mark) => hub.publish({ event: 'mark', data: mark }));
  const fleetView = () => viewFleet({ fleet, topology, launcher, leases, meter });
  const { request: fleetChanged } = stack.use(
    createCoalescer(FLEET_EVERY_MS, () => hub.publish({ event: 'fleet', data: fleetView() })),
  );
  const meter = stack.use(createUsageMeter(parts.usage, clock, fleetChanged));
  const launcher = stack.use(
    createLauncher({
      fleet,
      log,
      onLaunched: async () => log.info(await leases.reconcile(), 'reconciled'),
      onChange: fleetChanged,
    }),
  );
  const load = stack.use(
    createLoadControl({
      fleet,
      topology,
      initial: parts.initialLoad,
      startedAt: parts.startedAt,
      log,
      onChange: (now) => {
        marks.load(now);
        hub.publish({ event: 'load', data: now });
      },
    }),
  );
  const faults = () => ({ faults: leases.list(), latched: leases.latched });
  leases.subscribe((event) => {
    marks.lease(event);
    hub.publish({ event: 'faults', data: faults() });
    fleetChanged();
  });
  stack.defer(
    fleet.subscribe((event) => {
      marks.fleet(event);
      if (event.kind === 'policy-changed') {
        hub.publish({ event: 'policies', data: event.target });
      }
      fleetChanged();
    }),
  );
  return {
    ...{ registry, leases, launcher, load, marks, fleetView },
    events: () => [
      { event: 'fleet', data: fleetView() },
      { event: 'faults', data: faults() },
      { event: 'load', data: load.current() },
    ],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
