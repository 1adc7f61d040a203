import type { Fleet, FleetStatus, LinkStatus, PartStatus } from '@faultline/fleet';
import { z } from 'zod';
import { matchesGlob } from './glob.ts';
import type { AnyFaultKind, FaultSelects, FaultTarget, LinkTarget } from './model.ts';
import { refused, showReceived, type FaultRefusal } from './refusal.ts';

const name = z.string().min(1).max(120);

/**
 * What a fault hits. `*` stands for any run of characters: `*->payments`, `payments-*`, `*`.
 * Network faults take `link`, `links`, `service` (every link to it) or `instance` (every proxy
 * of that callee instance), and `instance` together with `link` (that instance's proxy of that
 * link only). Process faults take `service` (all instances) or `instance`.
 * Faults of the load, the broker and the identity provider take none.
 */
export const selectorShape = {
  link: name.optional(),
  links: z.array(name).min(1).max(100).optional(),
  service: name.optional(),
  instance: name.optional(),
};
/** See {@link selectorShape}. */
export type Selector = z.infer<z.ZodObject<typeof selectorShape>>;

/** Fields that can be combined; every other pair is refused. */
const NETWORK_WAYS = ['link', 'links', 'service', 'instance', 'link+instance'];
const PROCESS_WAYS = ['service', 'instance'];

/** The selector as one line for people: `orders->payments`, `service payments`. */
export function describeSelector(selector: Selector): string {
  const links = selector.links ?? (selector.link === undefined ? [] : [selector.link]);
  return [
    ...links,
    ...(selector.service === undefined ? [] : [`service ${selector.service}`]),
    ...(selector.instance === undefined ? [] : [`instance ${selector.instance}`]),
  ].join(', ');
}

/** `latency 2 s on orders->payments`; some faults hit the one part of the lab there is, and select nothing. */
export function faultTitle(summary: string, selector: string): string {
  return selector === '' ? summary : `${summary} on ${selector}`;
}

/** Finds what `selector` means in the fleet now, or says which field names nothing. */
export function resolveTarget(
  kind: AnyFaultKind,
  selector: Selector,
  status: FleetStatus,
): FaultTarget | FaultRefusal {
  if (isFixed(kind.selects)) return resolveFixed(kind, kind.selects, selector, status);
  const given = Object.entries(selector).filter(([, value]) => value !== undefined);
  const way = given.map(([field]) => field).join('+');
  const ways = kind.selects === 'instance' ? PROCESS_WAYS : NETWORK_WAYS;
  if (!ways.includes(way)) {
    const rule = `exactly one selector for ${kind.kind}: ${ways.join(', ')}`;
    const received = way === '' ? 'none' : way;
    return refused('invalid-fault', `${rule}; received ${received}`, [
      { field: given[0]?.[0] ?? 'link', rule, received },
    ]);
  }
  return kind.selects === 'instance'
    ? resolveInstances(selector, status)
    : resolveLinks(kind, selector, status);
}

/** The one part of the lab that a kind without a selector hits. */
const FIXED_PARTS = {
  load: ({ layer }: PartStatus) => layer === 'load',
  broker: ({ name: own }: PartStatus) => own === 'kafka',
  identity: ({ name: own }: PartStatus) => own === 'identity',
} as const;

function isFixed(selects: FaultSelects): selects is keyof typeof FIXED_PARTS {
  return Object.hasOwn(FIXED_PARTS, selects);
}

function resolveFixed(
  { kind }: AnyFaultKind,
  selects: keyof typeof FIXED_PARTS,
  selector: Selector,
  { services, resources }: FleetStatus,
): FaultTarget | FaultRefusal {
  const given = Object.entries(selector).find(([, value]) => value !== undefined);
  if (given) {
    const [field, value] = given;
    const rule = `not for ${kind}: it hits the ${selects} of the lab`;
    return refused('invalid-fault', `${field} is ${rule}`, [
      { field, rule, received: showReceived(value) },
    ]);
  }
  const part = [...services, ...resources].find(FIXED_PARTS[selects]);
  const instances = part?.instances.map(({ id }) => id) ?? [];
  if (instances.length > 0) return { kind: 'instances', instances };
  return nothing('kind', kind, `a fault for this fleet, which has no ${selects}`, []);
}

function resolveInstances(selector: Selector, status: FleetStatus): FaultTarget | FaultRefusal {
  if (selector.service !== undefined) {
    const pattern = selector.service;
    const services = status.services.filter(({ name }) => matchesGlob(pattern, name));
    const instances = services.flatMap((service) => service.instances.map(({ id }) => id));
    if (instances.length > 0) return { kind: 'instances', instances };
    return nothing('service', pattern, 'a service with instances', status.services.map(nameOf));
  }
  const pattern = selector.instance ?? '';
  const ids = status.services.flatMap((service) => service.instances.map(({ id }) => id));
  const resources = status.resources.flatMap(({ instances }) => instances.map(({ id }) => id));
  // A wildcard never reaches the databases and the broker: those are hit by their full name.
  const instances = [
    ...ids.filter((id) => matchesGlob(pattern, id)),
    ...resources.filter((id) => id === pattern),
  ];
  if (instances.length > 0) return { kind: 'instances', instances };
  return nothing('instance', pattern, 'an instance of this fleet', [...ids, ...resources]);
}

function resolveLinks(
  kind: AnyFaultKind,
  selector: Selector,
  status: FleetStatus,
): FaultTarget | FaultRefusal {
  const patterns = selector.links ?? (selector.link === undefined ? undefined : [selector.link]);
  for (const pattern of patterns ?? []) {
    if (status.links.some(({ name }) => matchesGlob(pattern, name))) continue;
    const field = selector.links ? 'links' : 'link';
    return nothing(field, pattern, 'a link of this fleet', status.links.map(nameOf));
  }
  const { service, instance } = selector;
  if (service !== undefined && !status.links.some(({ to }) => matchesGlob(service, to))) {
    return nothing('service', service, 'a part that a link leads to', [
      ...new Set(status.links.map(({ to }) => to)),
    ]);
  }
  const chosen = status.links.filter(
    ({ name, to }) =>
      (patterns?.some((pattern) => matchesGlob(pattern, name)) ?? true) &&
      (service === undefined || matchesGlob(service, to)),
  );
  const mute = kind.needsHttp && chosen.find(({ protocol }) => protocol !== 'http');
  if (mute) {
    const field = selector.links ? 'links' : service === undefined ? 'link' : 'service';
    const rule = `only lines that speak HTTP/1.1 for ${kind.kind}`;
    const detail = `${mute.name} speaks ${PROTOCOL_NAMES[mute.protocol]}: ${rule}`;
    return refused('invalid-fault', detail, [{ field, rule, received: showReceived(mute.name) }]);
  }
  const links = chosen
    .map((link) => targetOf(link, instance))
    .filter(({ proxies }) => proxies.length > 0 || instance === undefined);
  if (links.length === 0) {
    const known = status.links.flatMap(({ proxies }) => proxies.map((one) => one.instance));
    return nothing('instance', instance ?? '', 'a callee instance of the link', [
      ...new Set(known),
    ]);
  }
  const [first] = links;
  return first && links.length === 1 && kind.selects === 'link' ? first : { kind: 'links', links };
}

const PROTOCOL_NAMES: Readonly<Record<LinkStatus['protocol'], string>> = {
  http: 'HTTP/1.1',
  grpc: 'gRPC (HTTP/2)',
  postgresql: 'PostgreSQL',
  kafka: 'Kafka',
};

function targetOf(link: LinkStatus, instance: string | undefined): LinkTarget {
  return {
    kind: 'link',
    link: link.name,
    proxies: link.proxies
      .filter((one) => instance === undefined || matchesGlob(instance, one.instance))
      .map(({ proxy, instance: id }) => ({ proxy, instance: id })),
  };
}

function nothing(field: string, value: string, rule: string, known: string[]): FaultRefusal {
  const detail = `${field} ${showReceived(value)} is not ${rule}; known: ${known.slice(0, 40).join(', ') || 'none'}`;
  return refused('unknown-target', detail, [{ field, rule, received: showReceived(value) }]);
}

function nameOf({ name: own }: { name: string }): string {
  return own;
}

/** Links and instances a target stands for, for people and for the map. */
export function flattenTarget(target: FaultTarget): { links: string[]; instances: string[] } {
  switch (target.kind) {
    case 'link':
      return { links: [target.link], instances: target.proxies.map(({ instance }) => instance) };
    case 'links':
      return {
        links: target.links.map(({ link }) => link),
        instances: [
          ...new Set(target.links.flatMap(({ proxies }) => proxies.map((p) => p.instance))),
        ],
      };
    case 'instances':
      return { links: [], instances: [...target.instances] };
  }
}

/** Whether the fleet is up enough for a fault to have something to hit. */
export function canBeHit(fleet: Fleet): boolean {
  const { phase } = fleet.status();
  return (phase === 'ready' || phase === 'degraded') && fleet.proxyApiUrl !== null;
}
