import type { FleetOptions } from './fleet-options.ts';
import type { LaunchState } from './launch-state.ts';
import { portKeys } from './plan/plan.ts';
import { isPortFree, WELL_KNOWN_PORTS, type PortFinder } from './plan/ports.ts';

/** Ports that were chosen for a launch, and what a person should know about the choice. */
export interface Addresses {
  ports: Record<string, number>;
  /** By instance id: why a port is not the usual one. */
  notes: Record<string, string>;
}

/** Chooses a port for every instance and proxy of a new launch. */
export async function chooseAddresses(
  options: FleetOptions,
  replicas: LaunchState['replicas'],
  finder: PortFinder,
): Promise<Addresses> {
  const ports: Record<string, number> = {};
  const notes: Record<string, string> = {};
  for (const key of portKeys({ topology: options.topology, replicas })) {
    const wanted = options.portOverrides?.[key] ?? WELL_KNOWN_PORTS[key];
    const port = await finder.find(wanted === 0 ? undefined : wanted);
    ports[key] = port;
    if (wanted && port !== wanted) notes[key] = `port ${wanted} is taken, using ${port}`;
  }
  return { ports, notes };
}

/** How long a port of an instance that just ended may stay taken, milliseconds. */
const LINGER_MS = 1500;

/** Whether `port` can be listened on, now or in a moment. */
export async function becomesFree(
  port: number,
  clock: { sleep(ms: number): Promise<void>; monotonicMs(): number },
): Promise<boolean> {
  const until = clock.monotonicMs() + LINGER_MS;
  while (!(await isPortFree(port))) {
    if (clock.monotonicMs() > until) return false;
    await clock.sleep(50);
  }
  return true;
}
