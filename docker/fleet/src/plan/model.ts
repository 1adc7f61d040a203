/** What a part of the fleet is run from. */
export type Program = 'postgres' | 'kafka' | 'toxiproxy' | 'service';

/** One instance to run, independent of how it is run. */
export interface PlannedInstance {
  /** `payments-2`, `postgres-1`. */
  id: string;
  part: string;
  program: Program;
  /** Entry point relative to the repository's root; what an image of the part would run. */
  entry: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  port: number;
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
  listenPort: number;
  upstreamPort: number;
}

/** Everything that a launch starts, as pure data. */
export interface LaunchPlan {
  instances: readonly PlannedInstance[];
  proxies: readonly PlannedProxy[];
}

/** Values that open doors. Made at launch, kept with mode 0600, never on a command line. */
export interface Secrets {
  /** Opens the services' `/internal` endpoints. */
  internalToken: string;
  superuserPassword: string;
  /** By service. */
  databasePasswords: Readonly<Record<string, string>>;
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
