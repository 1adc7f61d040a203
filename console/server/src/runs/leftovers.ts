import type { Clock } from '@faultline/chassis/core';
import type { Fleet, FleetStatus } from '@faultline/fleet';
import type { Logger } from 'pino';
import type { AuditTrail } from '../audit/trail.ts';
import type { LoadControl } from '../lab/load.ts';
import { forgetLasting, readLasting, type Lasting } from './before-run.ts';
import type { SchemaMoves } from './ports/schema-moves.ts';
import type { RunStore } from './run-store.ts';

/** What the restoring works with. */
export interface LeftoverParts {
  store: RunStore;
  fleet: Fleet;
  load: LoadControl;
  schema: SchemaMoves;
  audit: Pick<AuditTrail, 'record'>;
  clock: Clock;
  /** Start of this control plane: older instances were picked up. */
  startedAt: number;
  log: Logger;
}

const SCHEMA_MS = 60_000;

/**
 * Puts back what the run of a former control plane has left: load, replicas and schema changes.
 * Faults end with their leases, policies are as at launch. Waits until the fleet is up; one that
 * was launched anew has nothing of it.
 */
export async function restoreLeftovers(parts: LeftoverParts, signal: AbortSignal): Promise<void> {
  const { store, fleet, startedAt, audit, log } = parts;
  const folders = (await store.ids()).map((id) => ({ id, folder: store.folder(id) }));
  for (const { id, folder } of folders) {
    const lasting = await readLasting(folder);
    if (!lasting) continue;
    const status = await untilUp(fleet, signal);
    if (wasPickedUp(status, startedAt)) {
      const left = await putBack(parts, lasting, signal);
      const outcome = left.length === 0 ? 'done' : 'failed';
      const detail = `load and replicas as before it${left.map((one) => `; ${one}`).join('')}`;
      audit.record({ actor: 'lab', action: 'run.restore', target: id, detail, outcome });
      log.info({ run: id, left }, 'put back what a run had left');
    }
    await forgetLasting(folder);
  }
}

async function putBack(
  { fleet, load, schema }: LeftoverParts,
  lasting: Lasting,
  signal: AbortSignal,
): Promise<string[]> {
  const left: string[] = [];
  await load.change(lasting.load);
  for (const { name, instances } of fleet.status().services) {
    const wanted = lasting.replicas[name];
    if (wanted === undefined || wanted === instances.length) continue;
    const answer = await fleet.scale(name, wanted);
    if (answer.kind === 'refused') left.push(`${name} is not back at ${wanted}: ${answer.detail}`);
  }
  for (const [service, phase] of Object.entries(lasting.schema)) {
    const within = AbortSignal.any([signal, AbortSignal.timeout(SCHEMA_MS)]);
    const done = await schema
      .move(service, phase, within)
      .catch((error: Error) => ({ kind: 'refused', detail: error.message }));
    if (done.kind === 'refused') left.push(`schema of ${service}: ${done.detail}`);
  }
  return left;
}

function untilUp(fleet: Fleet, signal: AbortSignal): Promise<FleetStatus> {
  const now = fleet.status();
  if (isUp(now)) return Promise.resolve(now);
  return new Promise((resolve, reject) => {
    const unsubscribe = fleet.subscribe((event) => {
      if (event.kind !== 'changed' || !isUp(event.status)) return;
      unsubscribe();
      resolve(event.status);
    });
    signal.addEventListener('abort', () => {
      unsubscribe();
      reject(signal.reason as Error);
    });
  });
}

function isUp({ phase }: FleetStatus): boolean {
  return phase === 'ready' || phase === 'degraded';
}

function wasPickedUp({ services }: FleetStatus, startedAt: number): boolean {
  return services
    .flatMap(({ instances }) => instances)
    .some((one) => one.startedAt !== null && one.startedAt < startedAt);
}
