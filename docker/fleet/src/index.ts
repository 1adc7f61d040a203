export type {
  EngineState,
  Fleet,
  FleetAnswer,
  FleetEvent,
  FleetPhase,
  FleetRefusal,
  FleetStatus,
  InstanceState,
  InstanceStatus,
  LaunchProgress,
  LinkStatus,
  PartStatus,
  PolicyTarget,
  ProcessEvent,
  ProcessHost,
  ProcessSpec,
  ProcessStatus,
  RuntimeImage,
  RuntimeKind,
  RuntimeReport,
} from './contract.ts';
export { LaunchError, type LaunchErrorCode } from './errors.ts';
export type { FleetOptions } from './fleet-options.ts';
export { createFleet } from './fleet.ts';
export { resetProxies } from './janitor/proxies.ts';
export type { InitialLoad } from './plan/model.ts';
export { createPolicyBook } from './policies.ts';
export { createPolicyDesk } from './policy-desk.ts';
export { createPortFinder, isPortFree, type PortFinder } from './plan/ports.ts';
export { registerRegistryRoutes } from './registry/routes.ts';
export { createDockerRuntime } from './runtimes/docker/lazy-runtime.ts';
export type { DockerRuntimeOptions } from './runtimes/docker/options.ts';
export { createProcessRuntime } from './runtimes/process/process-runtime.ts';
export type { Runtime } from './runtimes/runtime.ts';
export type { Runtimes } from './runtimes/runtime-switch.ts';
export { spawnChild, type Child } from './runtimes/process/child.ts';
export { createIpcProcessHost } from './runtimes/process/ipc-host.ts';
export type { IpcEnd } from './runtimes/process/ipc-protocol.ts';
export { serveProcessHost } from './runtimes/process/ipc-server.ts';
export type { BuiltPrograms } from './runtimes/process/built-programs.ts';
export { createLocalProcessHost } from './runtimes/process/local-host.ts';
export { createTreeMeter, measureTrees, MEMORY_EVERY_MS } from './runtimes/process/usage.ts';
export { shutdownOrder } from './shutdown-order.ts';
