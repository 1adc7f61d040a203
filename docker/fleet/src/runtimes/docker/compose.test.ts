import { DEFAULT_LOAD, TOPOLOGY } from '@faultline/topology';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planLaunch, portKeys } from '../../plan/plan.ts';
import { WELL_KNOWN_PORTS } from '../../plan/ports.ts';
import { makeSecrets } from '../../plan/secrets.ts';
import { describeContainer } from './containers.ts';
import { networkName } from './names.ts';
import { IMAGES, LABELS } from './options.ts';

const ROOT = resolve(import.meta.dirname, '../../../../..');

/** A service of the compose file, as far as it is looked at. */
interface ComposeService {
  image: string;
  build?: { dockerfile: string; args: Record<string, string> };
  command?: string[];
  environment?: Record<string, string>;
  hostname?: string;
  user?: string;
  init?: boolean;
  read_only?: boolean;
  restart: string;
  mem_limit?: string;
  memswap_limit?: string;
  cpus?: number;
  pids_limit?: number;
  cap_drop: string[];
  cap_add?: string[];
  security_opt: string[];
  tmpfs?: string[];
  volumes?: string[];
  ports?: string[];
  networks?: { lab: { aliases: string[] } };
  labels: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  logging?: { driver: string; options: Record<string, string> };
  healthcheck: { test?: string[]; disable?: boolean };
}

interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { name: string; labels: Record<string, string> }>;
  volumes: Record<string, { labels: Record<string, string> }>;
}

const text = readFileSync(resolve(ROOT, 'docker-compose.yml'), 'utf8');
const version = (
  JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { version: string }
).version;
// What compose makes of the file while nobody sets a variable.
const compose = parse(text.replace(/\$\{\w+:-([^}]*)\}/g, '$1'), { merge: true }) as ComposeFile;
const services = Object.entries(compose.services);
const longRunning = services.filter(([name]) => name !== 'services-image');

const LAB = 'compose';
const MANAGED = { [LABELS.lab]: LAB, [LABELS.managed]: 'compose' };

/** What the lab would launch with every part in containers, inside the network of the file. */
const plan = planLaunch({
  topology: TOPOLOGY,
  replicas: {},
  ports: {
    ...Object.fromEntries(portKeys({ topology: TOPOLOGY, replicas: {} }).map((key) => [key, 1])),
    ...WELL_KNOWN_PORTS,
  },
  secrets: { ...makeSecrets(TOPOLOGY), superuserPassword: 'faultline' },
  placement: {
    ...{ parts: 'names', control: 'names' },
    ...{ registryUrl: 'http://console:3100', otlpEndpoint: 'http://console:3100' },
  },
  load: { enabled: true, ...DEFAULT_LOAD },
});
const resources = plan.instances.filter(({ work }) => work.program !== 'service');

function serviceOf(instance: string): ComposeService {
  const found = services.find(([, { labels }]) => labels[LABELS.instance] === instance);
  if (!found) throw new Error(`docker-compose.yml has nothing for ${instance}.`);
  return found[1];
}

const megabytes = (limit: string | undefined): number =>
  Number(/^(\d+)m$/.exec(limit ?? '')?.[1]) * 1024 ** 2;

describe('docker-compose.yml', () => {
  it('has a container for every resource of the launch plan, and no other', () => {
    const made = services.flatMap(([, { labels }]) => labels[LABELS.instance] ?? []);
    expect(made.sort()).toEqual(resources.map(({ id }) => id).sort());
  });

  describe.each(resources.map((instance) => [instance.id, instance] as const))(
    'runs %s as the Docker runtime would',
    (id, instance) => {
      const wanted = describeContainer(instance, {
        ...{ lab: LAB, network: networkName(LAB), publish: false, cpus: 64 },
        ...{ servicesImage: '', imageIds: {} },
      });
      const { HostConfig: host = {} } = wanted;
      const service = serviceOf(id);

      it('from the same image with the same arguments and environment', () => {
        expect(service.image).toBe(wanted.Image);
        expect(service.command).toEqual(wanted.Cmd);
        const environment = Object.entries(service.environment ?? {});
        expect(environment.map(([name, value]) => `${name}=${value}`)).toEqual(wanted.Env);
      });

      it('under the same name, and keeps data in the same place', () => {
        expect(service.hostname).toBe(wanted.Hostname);
        expect(service.networks?.lab.aliases).toEqual([id]);
        const targets = (service.volumes ?? []).map((volume) => volume.split(':')[1]);
        expect(targets).toEqual((host.Mounts ?? []).map(({ Target }) => Target));
      });

      it('within the same limits', () => {
        expect(megabytes(service.mem_limit)).toBe(host.Memory);
        expect(megabytes(service.memswap_limit)).toBe(host.MemorySwap);
        expect((service.cpus ?? 0) * 1e9).toBe(host.NanoCpus);
        expect(service).toMatchObject({ pids_limit: host.PidsLimit, init: host.Init });
        expect(service.logging).toEqual({
          driver: host.LogConfig?.Type,
          options: host.LogConfig?.Config as unknown,
        });
      });

      it('with the same rights', () => {
        expect(service.cap_drop).toEqual(host.CapDrop);
        expect(service.cap_add ?? []).toEqual(host.CapAdd);
        expect(service.read_only ?? false).toBe(host.ReadonlyRootfs);
        const tmpfs = Object.entries(host.Tmpfs ?? {}).map(([path, how]) => `${path}:${how}`);
        expect(service.tmpfs ?? []).toEqual(tmpfs);
      });
    },
  );

  it('names images that are pinned, its own by the version of the lab', () => {
    const official = Object.values(IMAGES) as string[];
    for (const [name, { image, build }] of services) {
      if (official.includes(image)) continue;
      const own = name === 'services-image' ? 'services' : name;
      expect(image).toBe(`faultline/${own}:${version}`);
      expect(build?.dockerfile).toBe(`docker/images/${own}.Dockerfile`);
      expect(build?.args).toEqual({ VERSION: version });
    }
  });

  it('publishes ports on the loopback address only, those of console and collector', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.sort()).toEqual([
      '127.0.0.1:3000:3000',
      '127.0.0.1:4317:4317',
      '127.0.0.1:4318:4318',
    ]);
  });

  it('labels everything as its own, so that the lab removes none of it', () => {
    for (const [, { labels }] of services) expect(labels).toMatchObject(MANAGED);
    const rest = [...Object.values(compose.networks), ...Object.values(compose.volumes)];
    for (const { labels } of rest) expect(labels).toEqual(MANAGED);
    // The fleet would take a container with an instance's label for a part of its own.
    for (const name of ['console', 'collector', 'services-image']) {
      expect(compose.services[name]?.labels).not.toHaveProperty([LABELS.instance]);
    }
  });

  it.each(longRunning)('%s tells its health, is limited and gains no rights', (_name, service) => {
    expect(service.healthcheck.test?.[0]).toBe('CMD');
    expect(service).toMatchObject({ restart: 'unless-stopped', init: true, cap_drop: ['ALL'] });
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(megabytes(service.mem_limit)).toBeGreaterThan(0);
    expect(service.memswap_limit).toBe(service.mem_limit);
  });

  it('tells the console where it is, and has the parts and the image ready before it', () => {
    const { environment, networks, depends_on: after = {} } = compose.services['console'] ?? {};
    expect(environment).toEqual({
      FAULTLINE_LAB: LAB,
      FAULTLINE_DOCKER_NETWORK: compose.networks['lab']?.name,
      FAULTLINE_MTLS: 'off',
      POSTGRES_PASSWORD: compose.services['postgres']?.environment?.['POSTGRES_PASSWORD'],
    });
    expect(compose.networks['lab']?.name).toBe(networkName(LAB));
    expect(networks?.lab.aliases).toEqual(['console']);
    for (const [name] of services.filter(([other]) => other !== 'console')) {
      const built = name === 'services-image';
      const condition = built ? 'service_completed_successfully' : 'service_healthy';
      expect(after[name]).toEqual({ condition });
    }
  });

  it('gives the socket of the engine to the console only, without any capability', () => {
    const holders = services.filter(([, { volumes = [] }]) =>
      volumes.some((volume) => volume.includes('docker.sock')),
    );
    expect(holders.map(([name]) => name)).toEqual(['console']);
    expect(holders[0]?.[1]).toMatchObject({ cap_drop: ['ALL'], read_only: true });
    expect(holders[0]?.[1].cap_add).toBeUndefined();
  });
});
