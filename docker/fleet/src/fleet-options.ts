import type { Clock, FeatureFlag } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';
import type { RuntimeKind } from './contract.ts';
import type { InitialLoad } from './plan/model.ts';
import type { Runtimes } from './runtimes/runtime-switch.ts';

/** What a fleet is made of and where. */
export interface FleetOptions {
  topology: Topology;
  /** What differs from the defaults of the policy schemas, by link and by service. */
  policies: Readonly<Record<string, object>>;
  /** Default: none. */
  flags?: readonly FeatureFlag[];
  /** Whether links speak mutual TLS at launch. Default false. */
  mtls?: boolean;
  runtimes: Runtimes;
  /** What a launch uses that asks for none and finds nothing running. Default `process`. */
  defaultRuntime?: RuntimeKind;
  /** Absolute path. Holds the secrets and the state of the launch. */
  dataDir: string;
  load: InitialLoad;
  clock?: Clock;
  /** Wanted ports by instance id, instead of the well-known ones. 0: any free one. */
  portOverrides?: Readonly<Record<string, number>>;
  /** Instances that start at the same time. Default: twice the number of processors. */
  concurrency?: number;
}
