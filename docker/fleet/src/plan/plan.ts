import {
  deriveLinks,
  type LinkDefinition,
  type ServiceDefinition,
  type Topology,
} from '@faultline/topology';
import {
  PROXY_INSTANCE,
  PROXY_PART,
  proxyName,
  type InitialLoad,
  type LaunchPlan,
  type PlannedInstance,
  type PlannedProxy,
  type Secrets,
  type Work,
} from './model.ts';
import { workloadToken } from '../trust/derived-secrets.ts';
import { newest } from '../trust/timed.ts';
import { hostOf, listenHost, type Placement } from './placement.ts';

/** Everything a plan follows from. */
export interface PlanInput {
  topology: Topology;
  /** Instances per service; a service that is missing has what the topology says. */
  replicas: Readonly<Record<string, number>>;
  /** Where every instance and every proxy listens, by id and by name. See {@link portKeys}. */
  ports: Readonly<Record<string, number>>;
  secrets: Secrets;
  placement: Placement;
  load: InitialLoad;
}

/** Ids of the instances of a service. */
export function instanceIds(service: string, replicas: number): string[] {
  return Array.from({ length: replicas }, (_, index) => `${service}-${index + 1}`);
}

/** Every address that a plan needs: ids of instances, then names of proxies. */
export function portKeys(input: Pick<PlanInput, 'topology' | 'replicas'>): string[] {
  const links = deriveLinks(input.topology);
  return [
    `${PROXY_PART}-1`,
    ...input.topology.resources.map(({ name }) => `${name}-1`),
    ...input.topology.services.flatMap(({ name }) => instancesOf(input, name)),
    ...links.flatMap((link) =>
      instancesOf(input, link.to).map((instance) => proxyName(link.from, instance)),
    ),
  ];
}

/** Turns a topology into what has to run. Pure: same input, same plan. */
export function planLaunch(input: PlanInput): LaunchPlan {
  const links = deriveLinks(input.topology);
  return {
    instances: [
      ...planResources(input),
      ...input.topology.services.flatMap(({ name }) =>
        instancesOf(input, name).map((id) => planService(input, name, id)),
      ),
    ],
    proxies: links.flatMap((link) =>
      instancesOf(input, link.to).map((instance) => planProxy(input, link, instance)),
    ),
  };
}

/** The proxies that lead to one instance, one per caller. */
export function planProxiesTo(input: PlanInput, callee: string, instance: string): PlannedProxy[] {
  return deriveLinks(input.topology)
    .filter((link) => link.to === callee)
    .map((link) => planProxy(input, link, instance));
}

/** One instance of a service. */
export function planService(input: PlanInput, name: string, id: string): PlannedInstance {
  const service = input.topology.services.find((candidate) => candidate.name === name);
  if (!service) throw new Error(`Service ${name} is not in the topology.`);
  const usesEvents = service.produces.length + service.consumes.length > 0;
  const env: Record<string, string> = {
    SERVICE_NAME: name,
    INSTANCE_ID: id,
    HOST: listenHost(input.placement),
    PORT: String(portOf(input, id)),
    REGISTRY_URL: input.placement.registryUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: input.placement.otlpEndpoint,
    INTERNAL_TOKEN: newest(input.secrets.internalTokens),
    WORKLOAD_TOKEN: workloadToken(input.secrets, id),
    ...(knowsWhoCalls(input) ? { IDENTITY_ISSUER: ISSUER } : {}),
    ...(service.database ? { DATABASE_URL: databaseUrl(input, name) } : {}),
    ...(usesEvents ? { KAFKA_BROKERS: proxyAddress(input, proxyName(name, 'kafka-1')) } : {}),
    ...(dealsWithProvider(input, service)
      ? { PROVIDER_API_KEY: input.secrets.providerApiKey }
      : {}),
    ...(service.layer === 'load' ? loadEnvironment(input.load) : {}),
  };
  const after = [PROXY_PART];
  if (service.database) after.push('postgres');
  if (usesEvents) after.push('kafka');
  // Load on a fleet that is half up would show failures that nobody caused.
  if (service.layer === 'load') {
    after.push(...input.topology.services.filter((s) => s.layer !== 'load').map((s) => s.name));
  }
  return {
    id,
    part: name,
    work: { program: 'service', entry: service.entry, env },
    port: portOf(input, id),
    ...(service.background ? { background: true } : {}),
    after,
  };
}

/** A name, not an address: everybody reaches the provider by an address of their own. */
const ISSUER = 'http://identity';

/** With an identity provider in the topology every service refuses whoever shows no token. */
function knowsWhoCalls({ topology }: PlanInput): boolean {
  return topology.services.some(({ name }) => name === 'identity');
}

function planResources(input: PlanInput): PlannedInstance[] {
  const names = [PROXY_PART, ...input.topology.resources.map(({ name }) => name)] as const;
  return names.map((part) => ({
    id: `${part}-1`,
    part,
    work: planResource(input, part),
    port: portOf(input, `${part}-1`),
    after: [],
  }));
}

function planResource(input: PlanInput, part: 'postgres' | 'kafka' | typeof PROXY_PART): Work {
  const { topology, secrets } = input;
  switch (part) {
    case 'toxiproxy':
      return { program: part };
    case 'kafka':
      return { program: part, topics: topology.topics };
    case 'postgres':
      return {
        program: part,
        superuserPassword: secrets.superuserPassword,
        databases: topology.services
          .filter((service) => service.database)
          .map(({ name }) => ({ name, role: name, password: passwordOf(input, name) })),
      };
  }
}

function planProxy(input: PlanInput, link: LinkDefinition, instance: string): PlannedProxy {
  const name = proxyName(link.from, instance);
  return {
    name,
    link: link.name,
    instance,
    listen: { host: listenHost(input.placement), port: portOf(input, name) },
    upstream: {
      host: hostOf(input.placement.parts, instance),
      port: portOf(input, instance),
    },
  };
}

/** Where parts reach a proxy. */
function proxyAddress(input: PlanInput, proxy: string): string {
  return `${hostOf(input.placement.parts, PROXY_INSTANCE)}:${portOf(input, proxy)}`;
}

function instancesOf(input: Pick<PlanInput, 'topology' | 'replicas'>, part: string): string[] {
  const service = input.topology.services.find((candidate) => candidate.name === part);
  return instanceIds(part, service ? (input.replicas[part] ?? service.replicas) : 1);
}

function databaseUrl(input: PlanInput, service: string): string {
  const address = proxyAddress(input, proxyName(service, 'postgres-1'));
  return `postgresql://${service}:${passwordOf(input, service)}@${address}/${service}`;
}

/** Whether it is an outside provider or somebody who calls one. */
function dealsWithProvider({ topology }: PlanInput, { layer, calls }: ServiceDefinition): boolean {
  const isOutside = (name: string) =>
    topology.services.some((other) => other.name === name && other.layer === 'external');
  return layer === 'external' || calls.some(isOutside);
}

function loadEnvironment(load: InitialLoad): Record<string, string> {
  return {
    LOAD_ENABLED: String(load.enabled),
    LOAD_RPS: String(load.rps),
    LOAD_MIX: JSON.stringify(load.mix),
    LOAD_SEED: String(load.seed),
  };
}

function portOf(input: Pick<PlanInput, 'ports'>, key: string): number {
  const port = input.ports[key];
  if (port === undefined) throw new Error(`The plan has no port for ${key}.`);
  return port;
}

function passwordOf(input: PlanInput, service: string): string {
  const password = input.secrets.databasePasswords[service];
  if (password === undefined) throw new Error(`The plan has no password for ${service}.`);
  return password;
}
