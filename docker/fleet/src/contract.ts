import type {
  ChassisFault,
  ChassisFaults,
  Endpoint,
  FeatureFlag,
  FeatureFlagPatch,
  LinkPolicy,
  LinkPolicyPatch,
  RegistrySnapshot,
  SecretKind,
  ServicePolicy,
  ServicePolicyPatch,
  Workload,
} from '@faultline/chassis/core';
import type { LinkProtocol } from '@faultline/topology';

/** Life of one instance. */
export type InstanceState = 'starting' | 'ready' | 'paused' | 'crashed' | 'stopped';

/** Life of the fleet. `degraded`: launched, but an instance that should be ready is not. */
export type FleetPhase = 'stopped' | 'launching' | 'ready' | 'degraded' | 'stopping';

/** One running (or once running) part: an instance of a service or of a resource. */
export interface InstanceStatus {
  /** Unique: `payments-2`, `postgres-1`. */
  id: string;
  state: InstanceState;
  /** Since the launch; a person's restart counts too. */
  restarts: number;
  /** Start of the present process, epoch milliseconds; null before the first. */
  startedAt: number | null;
  pid: number | null;
  /** Where it listens itself (not its proxies), null until known. */
  port: number | null;
  /** Why it is not ready, for people; null when it is. */
  detail: string | null;
}

/** A service or resource with its instances. */
export interface PartStatus {
  name: string;
  kind: 'service' | 'resource';
  layer: string;
  instances: InstanceStatus[];
  /** Its own patterns; empty for a resource. */
  policy: ServicePolicy;
}

/** One link and the proxies that carry it. */
export interface LinkStatus {
  /** `orders->payments`. */
  name: string;
  from: string;
  to: string;
  kind: 'service' | 'database' | 'broker';
  protocol: LinkProtocol;
  /** One per callee instance; `proxy` is its name in the Toxiproxy API: `orders.payments-1`. */
  proxies: { proxy: string; instance: string; listen: string }[];
  policy: LinkPolicy | null;
}

/** What instances are run as. */
export type RuntimeKind = 'process' | 'docker';

/** Whether the engine that runs the containers can be reached. */
export interface EngineState {
  state: 'connected' | 'lost';
  /** Since when, epoch milliseconds. */
  since: number;
  /** Cause and way out, for people; empty while connected. */
  detail: string;
}

/** An image that a launch needs, and how it would be had. */
export interface RuntimeImage {
  name: string;
  action: 'present' | 'pull' | 'build';
}

/** What a person should know before choosing a runtime. */
export interface RuntimeReport {
  kind: RuntimeKind;
  /** Whether a launch can be tried at all. */
  available: boolean;
  /** Why not, and the way out; null when available. */
  problem: string | null;
  /** What may go wrong on this host: too little memory, too few processors. */
  warnings: string[];
  /** Of a container runtime that answers. */
  engine: {
    version: string;
    apiVersion: string;
    operatingSystem: string;
    cpus: number;
    memoryBytes: number;
  } | null;
  images: RuntimeImage[];
  /** Memory that a launch takes, bytes: an estimate from the limits and from measurements. */
  footprintBytes: number;
}

/** The fleet as it stands. */
export interface FleetStatus {
  runtime: RuntimeKind;
  /** Null for a runtime without an engine. */
  engine: EngineState | null;
  phase: FleetPhase;
  services: PartStatus[];
  resources: PartStatus[];
  links: LinkStatus[];
  flags: FeatureFlag[];
  /** Whether links speak mutual TLS. */
  mtls: boolean;
}

/** What a policy belongs to. `fleet` with the name `mtls` is the switch for mutual TLS. */
export interface PolicyTarget {
  kind: 'link' | 'service' | 'flag' | 'fleet';
  name: string;
}

/** One line of a launch: what is being done to which part. */
export interface LaunchProgress {
  part: string;
  state: 'waiting' | 'starting' | 'ready' | 'failed';
  detail: string;
  elapsedMs: number;
}

/** What the fleet says as it happens. */
export type FleetEvent =
  | { kind: 'changed'; status: FleetStatus }
  | { kind: 'progress'; progress: LaunchProgress }
  | {
      kind: 'lifecycle';
      at: number;
      instance: string;
      what: 'started' | 'ready' | 'crashed' | 'stopped' | 'paused' | 'resumed' | 'killed';
      detail: string;
    }
  | { kind: 'scaled'; at: number; service: string; replicas: number }
  /** `detail` says what changed: `breaker.enabled = false`. */
  | { kind: 'policy-changed'; at: number; target: PolicyTarget; detail: string }
  /** What is told to an instance of faults inside of it changed, or is told again. */
  | { kind: 'chassis-faults'; instance: string };

/** Why the fleet refused: a value, not an exception. */
export interface FleetRefusal {
  kind: 'refused';
  code:
    | 'unknown-instance'
    | 'unknown-service'
    | 'unknown-link'
    | 'unknown-pattern'
    | 'unknown-flag'
    | 'not-running'
    | 'wrong-state'
    | 'out-of-range'
    | 'resource-away';
  detail: string;
}
/** Answer of an operation on the fleet. */
export type FleetAnswer = { kind: 'done' } | FleetRefusal;

/** The launched system under test. Operations resolve when their effect can be seen in status. */
export interface Fleet extends AsyncDisposable {
  status(): FleetStatus;
  /** Returns a function that ends the subscription. */
  subscribe(listener: (event: FleetEvent) => void): () => void;
  /**
   * Brings everything up: resources, proxies, services, in dependency order and in parallel where
   * possible. Idempotent. Picks up parts that are already running (after the control plane was
   * restarted), whatever runtime they run on unless one is asked for. A fleet on another runtime
   * is stopped first. Throws {@link LaunchError} with cause and way out.
   */
  launch(runtime?: RuntimeKind): Promise<void>;
  /** What can be launched on. */
  inspectRuntimes(): Promise<RuntimeReport[]>;
  /** Memory and CPU time of what runs, apart from the processes of the host. */
  usage(): Promise<{ id: string; memoryBytes: number; cpuSeconds: number }[]>;
  /** Ends every part, services first. Leaves no process behind. Data stay. */
  stop(): Promise<void>;
  scale(service: string, replicas: number): Promise<FleetAnswer>;
  /** SIGKILL: the crash of a process. It is restarted by itself after `restartDelayMs`. */
  kill(instance: string): Promise<FleetAnswer>;
  /** Graceful end; stays down until `start`. */
  stopInstance(instance: string): Promise<FleetAnswer>;
  startInstance(instance: string): Promise<FleetAnswer>;
  restart(instance: string): Promise<FleetAnswer>;
  /** SIGSTOP / SIGCONT: the instance hangs but its sockets stay open. */
  pause(instance: string): Promise<FleetAnswer>;
  resume(instance: string): Promise<FleetAnswer>;
  /** Holds an instance down until released: no restart by itself. For lasting crashes. */
  setRestartSuspended(instance: string, suspended: boolean): FleetAnswer;
  patchPolicy(link: string, patch: LinkPolicyPatch): FleetAnswer & { policy?: LinkPolicy };
  patchServicePolicy(
    service: string,
    patch: ServicePolicyPatch,
  ): FleetAnswer & { policy?: ServicePolicy };
  patchFlag(key: string, patch: FeatureFlagPatch): FleetAnswer & { flag?: FeatureFlag };
  /** Switches mutual TLS between services on or off. */
  setMtls(on: boolean): FleetAnswer;
  /**
   * Tells an instance of a fault inside of it, or that it goes on; it lasts `ttlMs` unless told again.
   * Refused for an instance that there is not.
   */
  tellFault(instance: string, fault: ChassisFault, ttlMs: number): FleetAnswer;
  /**
   * Gives an instance a certificate that has run out, or a good one again. New connections to and
   * from it fail while links speak mutual TLS; it holds as long as this fleet object lives.
   */
  setCertificateExpired(instance: string, expired: boolean): FleetAnswer;
  isCertificateExpired(instance: string): boolean;
  /** Tells an instance that a fault inside of it is over; idempotent. */
  forgetFault(instance: string, faultId: string): void;
  /** What the registry tells an instance of faults inside of it now. */
  chassisFaultsOf(instance: string): ChassisFaults;
  /** Policies, flags and mutual TLS as at launch; returns what was not. */
  resetPolicies(): PolicyTarget[];
  /**
   * Replaces secrets of one kind while everything runs: whoever checks them knows the new ones
   * before anybody shows them, and the former ones are good for a while.
   */
  rotateSecrets(kind: SecretKind): Promise<FleetAnswer>;
  /** Of each kind of secret: when it was replaced last in this launch, epoch milliseconds. */
  secretRotations(): Readonly<Record<SecretKind, number | null>>;
  /** Newest lines of an instance's output, oldest first; at most 2,000. */
  logs(instance: string, lines: number): Promise<string[]>;
  /** Direct address of an instance (for scrape, audit, load control), not through a proxy. */
  directUrl(instance: string): string | null;
  /** Bearer token of the services' internal endpoints. */
  readonly internalToken: string;
  /** Base URL of the Toxiproxy API while launched. */
  readonly proxyApiUrl: string | null;
  /** What the callers of a service instance may reach now; the registry serves it. */
  endpoints(link: string): Endpoint[];
  /** What the registry tells the instances of a service; the version is the registry's. */
  configurationOf(service: string): Omit<RegistrySnapshot, 'version'>;
  /** Whether `token` is the `WORKLOAD_TOKEN` of `instance`. */
  admits(instance: string, token: string): boolean;
  /** What an instance may know and nobody else; null for one that is not of the fleet. */
  workloadOf(instance: string): Promise<Workload | null>;
}

/** A process to run. */
export interface ProcessSpec {
  /** Unique among the host's processes. */
  id: string;
  /** Absolute path of the program, then its arguments. */
  command: readonly string[];
  cwd: string;
  /** The whole environment; nothing is inherited but PATH, HOME, TMPDIR and NODE_* . */
  env: Readonly<Record<string, string>>;
  /** Runs at a low priority: all others come first where processors are short. Default false. */
  background?: boolean;
}

/** A process of the host, running or ended. */
export interface ProcessStatus {
  spec: ProcessSpec;
  pid: number | null;
  startedAt: number;
  paused: boolean;
  /** The ready line's JSON object, once the process printed one. */
  ready: Readonly<Record<string, unknown>> | null;
  exit: { code: number | null; signal: string | null; at: number } | null;
}

/** What happens to processes. */
export type ProcessEvent = { kind: 'spawned' | 'ready' | 'exited'; process: ProcessStatus };

/**
 * Runs processes on behalf of a fleet. It outlives the control plane: the supervisor owns one and
 * serves it to its child over IPC; tests use one in process. When the host itself dies, its
 * processes notice (their standard input closes) and end.
 */
export interface ProcessHost extends AsyncDisposable {
  spawn(spec: ProcessSpec): Promise<ProcessStatus>;
  signal(id: string, signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  list(): Promise<ProcessStatus[]>;
  logs(id: string, lines: number): Promise<string[]>;
  subscribe(listener: (event: ProcessEvent) => void): () => void;
  /** Memory (PSS where the system tells, else RSS) and CPU time of everything it runs. */
  usage(): Promise<{ id: string; memoryBytes: number; cpuSeconds: number }[]>;
}
