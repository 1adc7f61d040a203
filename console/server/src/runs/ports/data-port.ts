import type { DataPort, Done } from '@faultline/scenarios';
import type { Fleet } from '@faultline/fleet';
import type { LoadControl } from '../../lab/load.ts';
import type { DoAct } from './acts.ts';
import { awaitQuiet, type QuietParts } from './quiet.ts';

/** What the port works with. */
export interface DataPortParts extends QuietParts {
  load: LoadControl;
  act: DoAct;
}

/** Longest wait of {@link DataPort.settle}, milliseconds. */
const SETTLE_MS = 60_000;
/** What is emptied anyway is not waited for so long, milliseconds. */
const BEFORE_RESET_MS = 20_000;
const RESET_MS = 20_000;
const PATH = '/internal/reset';

/**
 * Services in the order in which they are emptied: those that own a process before those that follow
 * it, and the catalogue last of them, since copies of its prices are made anew from its events.
 */
const ORDER = [
  ...['orders', 'payments', 'psp', 'inventory', 'shipping', 'notifications', 'order-history'],
  ...['recommendations', 'catalog'],
];

/** The services' data: emptied, and waited for. */
export function createDataPort(parts: DataPortParts): DataPort {
  return {
    reset: (signal) =>
      parts.act({ action: 'data.reset', target: 'fleet', detail: '' }, () => reset(parts, signal)),
    async settle(signal) {
      const waiting = await awaitQuiet(parts, SETTLE_MS, signal);
      if (waiting.length === 0) return { kind: 'done', detail: 'nothing waits' };
      return { kind: 'refused', detail: waiting.join('; ') };
    },
  };
}

async function reset(parts: DataPortParts, signal: AbortSignal): Promise<Done> {
  const { fleet, load } = parts;
  if (load.current().enabled) await load.change({ enabled: false });
  const before = await awaitQuiet(parts, BEFORE_RESET_MS, signal);
  const names = fleet.status().services.map(({ name }) => name);
  for (const service of ORDER.filter((name) => names.includes(name))) {
    const problem = await resetService(fleet, service, signal);
    if (problem !== null) return { kind: 'refused', detail: problem };
  }
  const others = names.filter((name) => !ORDER.includes(name));
  const problems = await Promise.all(others.map((name) => resetService(fleet, name, signal)));
  const [problem] = problems.filter((one) => one !== null);
  if (problem !== undefined) return { kind: 'refused', detail: problem };
  const after = await awaitQuiet(parts, BEFORE_RESET_MS, signal);
  if (after.length > 0) return { kind: 'refused', detail: `emptied, but ${after.join('; ')}` };
  const detail = before.length === 0 ? '' : `, though before it ${before.join('; ')}`;
  return { kind: 'done', detail: `data of ${names.length} services seeded anew${detail}` };
}

/** The first ready instance empties the tables, the others only what they hold in memory. */
async function resetService(
  fleet: Fleet,
  service: string,
  signal: AbortSignal,
): Promise<string | null> {
  const instances = fleet.status().services.find(({ name }) => name === service)?.instances ?? [];
  const ready = instances.filter(({ state }) => state === 'ready');
  for (const [index, { id }] of ready.entries()) {
    const base = fleet.directUrl(id);
    if (base === null) return `${id} has no address`;
    try {
      const answer = await fetch(new URL(PATH, base), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${fleet.internalToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ data: index === 0 }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(RESET_MS)]),
      });
      await answer.body?.cancel();
      if (!answer.ok) return `${id} answered ${answer.status} to ${PATH}`;
    } catch (error) {
      signal.throwIfAborted();
      return `${id} did not answer ${PATH}: ${(error as Error).message}`;
    }
  }
  return null;
}
