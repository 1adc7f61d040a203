import { shutdownOrder, type ProcessHost } from '@faultline/fleet';

/** Milliseconds that a group of processes may take to end when asked. */
const GROUP_MS = 700;
/** Services finish what they have begun. */
const SERVICES_MS = 2000;
const LARGE_GROUP = 3;

/**
 * Ends everything that `host` runs, in the fleet's order, the collector last: within about 5 s
 * whatever the processes do. Resolves when none is left.
 */
export async function endProcesses(host: ProcessHost, collector: string): Promise<void> {
  const running = (await host.list()).filter((status) => !status.exit).map((s) => s.spec.id);
  const groups = shutdownOrder(running.filter((id) => id !== collector));
  for (const group of groups) {
    await endGroup(host, group, group.length >= LARGE_GROUP ? SERVICES_MS : GROUP_MS);
  }
  if (running.includes(collector)) await endGroup(host, [collector], GROUP_MS);
}

async function endGroup(host: ProcessHost, ids: readonly string[], graceMs: number): Promise<void> {
  await Promise.all(ids.map((id) => endOne(host, id, graceMs)));
}

async function endOne(host: ProcessHost, id: string, graceMs: number): Promise<void> {
  const gone = Promise.withResolvers<void>();
  const unsubscribe = host.subscribe((event) => {
    if (event.kind === 'exited' && event.process.spec.id === id) gone.resolve();
  });
  const signal = (name: 'SIGTERM' | 'SIGKILL'): Promise<void> =>
    // Not running any more: that is what was wanted.
    host.signal(id, name).catch(() => gone.resolve());
  const patience = setTimeout(() => void signal('SIGKILL'), graceMs);
  await signal('SIGTERM');
  await gone.promise;
  clearTimeout(patience);
  unsubscribe();
}
