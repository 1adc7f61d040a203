import { describe, expect, it } from 'vitest';
import type { PlannedInstance, Work } from '../../plan/model.ts';
import { describeContainer, type LabOfContainers } from './containers.ts';
import { describeJanitor } from './janitor-link.ts';

const LAB: LabOfContainers = {
  lab: 'demo',
  network: 'faultline-demo',
  servicesImage: 'faultline/services:1',
  publish: true,
  cpus: 4,
  imageIds: { 'faultline/services:1': 'sha256:aa' },
};

function planned(id: string, work: Work, port = 20_001): PlannedInstance {
  return { id, part: id.replace(/-\d+$/, ''), work, port, after: [] };
}

const SERVICE = planned('orders-2', {
  program: 'service',
  entry: 'lab-services/orders/src/main.ts',
  env: { PORT: '20001', INTERNAL_TOKEN: 'a secret' },
});
const POSTGRES = planned('postgres-1', {
  program: 'postgres',
  superuserPassword: 'another secret',
  databases: [],
});

describe('the container of a service', () => {
  const container = describeContainer(SERVICE, LAB);

  it('runs its entry point, with its environment', () => {
    expect(container.Image).toBe('faultline/services:1');
    expect(container.Cmd?.at(-1)).toBe('lab-services/orders/src/main.ts');
    expect(container.Env).toEqual(['PORT=20001', 'INTERNAL_TOKEN=a secret', 'MALLOC_ARENA_MAX=2']);
  });

  it('is found by its labels, and in its network by its id', () => {
    expect(container.name).toBe('faultline-demo-orders-2');
    expect(container.Labels).toEqual({
      'io.faultline.lab': 'demo',
      'io.faultline.instance': 'orders-2',
      'io.faultline.fingerprint': container.fingerprint,
    });
    expect(container.NetworkingConfig?.EndpointsConfig).toEqual({
      'faultline-demo': { Aliases: ['orders-2'] },
    });
  });

  it('may write to /tmp only, and has no rights', () => {
    expect(container.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,size=64m' },
      CapDrop: ['ALL'],
      CapAdd: [],
      SecurityOpt: ['no-new-privileges'],
    });
  });

  it('is published on the loopback address, or not at all', () => {
    expect(container.HostConfig?.PortBindings).toEqual({
      '20001/tcp': [{ HostIp: '127.0.0.1', HostPort: '20001' }],
    });
    const inside = describeContainer(SERVICE, { ...LAB, publish: false });
    expect(inside.HostConfig?.PortBindings).toBeUndefined();
  });
});

it('promises no container more processors than the engine has', () => {
  expect(describeContainer(POSTGRES, LAB).HostConfig?.NanoCpus).toBe(2e9);
  expect(describeContainer(POSTGRES, { ...LAB, cpus: 1 }).HostConfig?.NanoCpus).toBe(1e9);
});

it('gives a background container few parts of a processor that others want', () => {
  const shares = (instance: PlannedInstance) =>
    describeContainer(instance, LAB).HostConfig?.CpuShares;
  expect(shares({ ...SERVICE, background: true })).toBe(110);
  expect(shares(SERVICE)).toBeUndefined();
});

it('keeps the data of a resource in a volume of the lab', () => {
  expect(describeContainer(POSTGRES, LAB).HostConfig?.Mounts).toEqual([
    { Type: 'volume', Source: 'faultline-demo-postgres', Target: '/var/lib/postgresql' },
  ]);
});

it('has secrets in the environment only', () => {
  for (const instance of [SERVICE, POSTGRES]) {
    const { Env, ...rest } = describeContainer(instance, LAB);
    expect(JSON.stringify(Env)).toContain('secret');
    expect(JSON.stringify(rest)).not.toContain('secret');
  }
});

it('listens on the instance’s port, but for the proxy server, whose janitor must know it', () => {
  const kafka = describeContainer(planned('kafka-1', { program: 'kafka', topics: [] }), LAB);
  expect(kafka.Env).toContain('KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka-1:20001');
  const toxiproxy = describeContainer(planned('toxiproxy-1', { program: 'toxiproxy' }), LAB);
  expect(toxiproxy.HostConfig?.PortBindings).toEqual({
    '8474/tcp': [{ HostIp: '127.0.0.1', HostPort: '20001' }],
  });
});

describe('a fingerprint', () => {
  const of = (instance: PlannedInstance, lab = LAB): string =>
    describeContainer(instance, lab).fingerprint;

  it('is equal for equal plans', () => {
    expect(of(SERVICE)).toBe(of(structuredClone(SERVICE)));
  });

  it.each([
    ['port', { ...SERVICE, port: 20_002 }, LAB],
    ['environment', { ...SERVICE, work: { ...SERVICE.work, env: {} } as Work }, LAB],
    ['image', SERVICE, { ...LAB, imageIds: { 'faultline/services:1': 'sha256:bb' } }],
    ['network', SERVICE, { ...LAB, network: 'other' }],
  ])('is another one for another %s', (_, instance, lab) => {
    expect(of(instance, lab)).not.toBe(of(SERVICE));
  });
});

describe('the janitor', () => {
  const plan = {
    lab: 'demo',
    network: 'compose_default',
    ownsNetwork: false,
    servicesImage: 'faultline/services:1',
    imageId: 'sha256:aa',
    socketPath: '/run/user/1000/docker.sock',
  };

  it('gets the engine’s socket, removes itself, and hears every control plane', () => {
    expect(describeJanitor(plan)).toMatchObject({
      name: 'faultline-demo-janitor-1',
      OpenStdin: true,
      StdinOnce: false,
      HostConfig: {
        AutoRemove: true,
        Binds: ['/run/user/1000/docker.sock:/var/run/docker.sock'],
        NetworkMode: 'compose_default',
      },
    });
  });

  it('removes a network only if it is the lab’s own', () => {
    expect(describeJanitor(plan).Env).toContain('FAULTLINE_NETWORK=');
    expect(describeJanitor({ ...plan, ownsNetwork: true }).Env).toContain(
      'FAULTLINE_NETWORK=compose_default',
    );
  });
});
