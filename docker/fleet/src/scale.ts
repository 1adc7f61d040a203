import type { LinkDefinition, ServiceDefinition } from '@faultline/topology';
import type { LaunchSession } from './launch-session.ts';
import type { ProxyTable } from './proxies/proxy-table.ts';
import type { Roster } from './roster.ts';

/** What scaling works with. */
export interface ScaleSurroundings {
  roster: Roster;
  proxies: ProxyTable;
  session: LaunchSession;
  links: readonly LinkDefinition[];
  graceMs: number;
  changed: () => void;
}

/** Adds instances at the end of the row or removes the last ones; resolves when that is done. */
export async function scaleService(
  service: ServiceDefinition,
  replicas: number,
  around: ScaleSurroundings,
): Promise<void> {
  const present = around.roster
    .all()
    .filter((instance) => instance.part === service.name)
    .map((instance) => Number(instance.id.slice(service.name.length + 1)));
  const wanted = Array.from({ length: replicas }, (_, index) => index + 1);
  const added = wanted.filter((ordinal) => !present.includes(ordinal));
  const removed = present.filter((ordinal) => ordinal > replicas);
  await Promise.all([
    ...added.map((ordinal) => add(service.name, `${service.name}-${ordinal}`, around)),
    ...removed.map((ordinal) => remove(`${service.name}-${ordinal}`, around)),
  ]);
  await around.session.setReplicas(service.name, replicas);
}

async function add(service: string, id: string, around: ScaleSurroundings): Promise<void> {
  const { roster, proxies, session, links } = around;
  const callers = links.filter((link) => link.to === service).map((link) => link.from);
  await session.addPorts(id, callers);
  await proxies.ensure(session.proxiesTo(service, id));
  await roster.add(session.planOf(id)).start();
}

/** First it finishes its work, of which its callers send it no more, then its proxies go. */
async function remove(id: string, around: ScaleSurroundings): Promise<void> {
  const { roster, proxies, session, graceMs, changed } = around;
  await roster.get(id)?.stop(graceMs);
  await proxies.removeTo(id);
  roster.remove(id);
  await session.removePorts(id);
  changed();
}
