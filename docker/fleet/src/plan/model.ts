import type { Jwk } from '@faultline/chassis/core';
import type { Timed } from '../trust/timed.ts';

/** A database with the one role that may use it. */
export interface PlannedDatabase {
  name: string;
  role: string;
  password: string;
}

/** What an instance is, as far as a runtime must know to run it. */
export type Work =
  /** `entry` is relative to the repository's root, and to the work folder of an image. */
  | { program: 'service'; entry: string; env: Readonly<Record<string, string>> }
  | { program: 'toxiproxy' }
  | { program: 'kafka'; topics: readonly { name: string; partitions: number }[] }
  | { program: 'postgres'; superuserPassword: string; databases: readonly PlannedDatabase[] };

/** One instance to run, independent of how it is run. */
export interface PlannedInstance {
  /** `payments-2`, `postgres-1`. */
  id: string;
  part: string;
  work: Work;
  /** The same inside a network of its own and where it is published. */
  port: number;
  /** All others come first where processors are short. */
  background?: boolean;
  /** Parts (not instances) that must be ready before this one starts. */
  after: readonly string[];
}

/** One proxy: a caller's way to one instance of a callee. */
export interface PlannedProxy {
  /** `orders.payments-1`. */
  name: string;
  link: string;
  /** The callee's instance. */
  instance: string;
  /** Where the proxy server listens for it. */
  listen: { host: string; port: number };
  /** Where the instance is, as the proxy server reaches it. */
  upstream: { host: string; port: number };
}

/** Everything that a launch starts, as pure data. */
export interface LaunchPlan {
  instances: readonly PlannedInstance[];
  proxies: readonly PlannedProxy[];
}

/** Values that open doors. Made at launch, kept with mode 0600, never on a command line. */
export interface Secrets {
  /** Open the services' `/internal` endpoints, the newest first. */
  internalTokens: readonly Timed<string>[];
  superuserPassword: string;
  /** What the shop shows to an outside provider. */
  providerApiKey: string;
  /** By service. */
  databasePasswords: Readonly<Record<string, string>>;
  /** What workload tokens, client secrets and passwords of people are derived from. */
  workloadSeed: string;
  /** What the clients' secrets are derived with, the newest first. */
  clientGenerations: readonly Timed<number>[];
  /** Private keys of the gateway's user assertions, the newest first. */
  assertionKeys: readonly Timed<Jwk>[];
}

/** Load with which the generator starts. */
export interface InitialLoad {
  enabled: boolean;
  rps: number;
  mix: Readonly<Record<string, number>>;
  seed: number;
}

/** Name of the proxy that carries `caller`'s traffic to one instance of a callee. */
export function proxyName(caller: string, instance: string): string {
  return `${caller}.${instance}`;
}

/** The proxy server is a part of the fleet although no link ends at it. */
export const PROXY_PART = 'toxiproxy';
/** Its only instance. */
export const PROXY_INSTANCE = `${PROXY_PART}-1`;
