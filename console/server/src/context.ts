import type { Clock, FeatureFlag } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { FaultRegistry, Leases } from '@faultline/scenarios';
import type { Topology } from '@faultline/topology';
import type { AuditTrail } from './audit/trail.ts';
import type { CollectorClient } from './collector/client.ts';
import type { CollectorFeed } from './collector/feed.ts';
import type { FleetView, Invariants, StreamEvent } from './contract/index.ts';
import type { Launcher } from './lab/launcher.ts';
import type { TopicControl } from './events/topics.ts';
import type { LoadControl } from './lab/load.ts';
import type { Marks } from './lab/marks.ts';
import type { Runs } from './runs/runs.ts';
import type { StreamHub } from './stream/hub.ts';

/** What routes work with. The composition root makes it, once. */
export interface ControlContext {
  clock: Clock;
  startedAt: number;
  topology: Topology;
  /** Starting policies by link and by service, as the catalogue gives them. */
  policies: Readonly<Record<string, object>>;
  /** Feature flags as at launch. */
  flags: readonly FeatureFlag[];
  /** Whether links speak mutual TLS at launch. */
  initialMtls: boolean;
  fleet: Fleet;
  launcher: Launcher;
  registry: FaultRegistry;
  leases: Leases;
  load: LoadControl;
  marks: Marks;
  audit: AuditTrail;
  topics: TopicControl;
  collector: CollectorClient;
  feed: CollectorFeed;
  hub: StreamHub;
  /** The fleet as the API shows it. */
  fleetView: () => FleetView;
  /** The state as a new client of the live stream gets it. */
  initialEvents: () => StreamEvent[];
  checkInvariants: (signal: AbortSignal) => Promise<Invariants>;
  /** Experiments and their runs. */
  runs: Runs;
}
