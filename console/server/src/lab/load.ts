import type { Fleet, FleetStatus, InstanceStatus } from '@faultline/fleet';
import type { Topology } from '@faultline/topology';
import type { Logger } from 'pino';
import { loadSchema, type Load } from '../contract/index.ts';

/** The load that people want, and that the load generator is told. */
export interface LoadControl extends Disposable {
  /** As wanted; the generator may be down at the moment. */
  current(): Load;
  /** Remembers the change and passes it on; false when nobody could be told yet. */
  change(patch: Partial<Load>): Promise<boolean>;
}

/** What the load control needs. */
export interface LoadControlParts {
  fleet: Fleet;
  topology: Topology;
  initial: Load;
  /** Start of the control plane: an older generator was started by a predecessor. */
  startedAt: number;
  log: Logger;
  onChange: (load: Load) => void;
}

const CALL_TIMEOUT_MS = 3_000;

/**
 * Creates the load control. A generator that is new, or new again, is told the wanted load. One
 * that was running before the control plane was started is asked for its load instead: a restart
 * of the control plane changes nothing.
 */
export function createLoadControl(parts: LoadControlParts): LoadControl {
  const { fleet, topology, startedAt, log, onChange } = parts;
  const service = topology.services.find(({ layer }) => layer === 'load')?.name ?? 'loadgen';
  let wanted = parts.initial;
  /** Which life of the generator was told, `instance/startedAt`. */
  let told: string | null = null;
  let changedHere = false;

  const call = async (instance: InstanceStatus, body?: Load): Promise<Load> => {
    const base = fleet.directUrl(instance.id);
    if (base === null) throw new Error(`${instance.id} has no address yet`);
    const response = await fetch(new URL('/load', base), {
      method: body ? 'PUT' : 'GET',
      headers: {
        authorization: `Bearer ${fleet.internalToken}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${instance.id} answered ${response.status} on /load`);
    return loadSchema.parse(await response.json());
  };

  const sync = async (instance: InstanceStatus): Promise<boolean> => {
    try {
      if ((instance.startedAt ?? 0) < startedAt && told === null && !changedHere) {
        const theirs = await call(instance);
        // Somebody may have wanted something else meanwhile.
        if (changedHere) return sync(instance);
        wanted = theirs;
        onChange(wanted);
      } else {
        await call(instance, wanted);
      }
      told = lifeOf(instance);
      return true;
    } catch (error) {
      log.warn({ err: error }, 'the load generator was not told');
      return false;
    }
  };

  const unsubscribe = fleet.subscribe((event) => {
    if (event.kind !== 'changed') return;
    const instance = readyInstance(event.status, service);
    if (!instance || told === lifeOf(instance)) return;
    // At most one try for each life and status change; a failed one is repeated by the next.
    const life = lifeOf(instance);
    const before = told;
    void sync(instance).then((done) => {
      if (!done && told === life) told = before;
    });
  });

  return {
    current: () => wanted,
    async change(patch) {
      wanted = { ...wanted, ...patch, mix: { ...wanted.mix, ...patch.mix } };
      changedHere = true;
      onChange(wanted);
      const instance = readyInstance(fleet.status(), service);
      return instance ? sync(instance) : false;
    },
    [Symbol.dispose]: unsubscribe,
  };
}

function lifeOf({ id, startedAt }: InstanceStatus): string {
  return `${id}/${startedAt ?? 0}`;
}

function readyInstance(status: FleetStatus, service: string): InstanceStatus | undefined {
  return status.services
    .find(({ name }) => name === service)
    ?.instances.find(({ state }) => state === 'ready');
}
