import type { Clock } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';
import type { ProcessHost } from './contract.ts';
import type { InitialLoad } from './plan/model.ts';

/** What a fleet is made of and where. */
export interface FleetOptions {
  topology: Topology;
  /** What differs from the defaults of the policy schema, by link. */
  policies: Readonly<Record<string, object>>;
  host: ProcessHost;
  /** Absolute path. Holds the data of the resources, the secrets and the state of the launch. */
  dataDir: string;
  /** Absolute path of the repository; entry points are relative to it. */
  root: string;
  /** Base URL at which the services reach {@link registerRegistryRoutes}. */
  registryUrl: string;
  /** OTLP over HTTP, `http://127.0.0.1:4318`. */
  otlpEndpoint: string;
  load: InitialLoad;
  clock?: Clock;
  /** Wanted ports by instance id, instead of the well-known ones. 0: any free one. */
  portOverrides?: Readonly<Record<string, number>>;
  /** Instances that start at the same time. Default: twice the number of processors. */
  concurrency?: number;
}
