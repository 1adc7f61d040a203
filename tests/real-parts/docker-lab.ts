import {
  createDockerRuntime,
  createFleet,
  createLocalProcessHost,
  createProcessRuntime,
  type Fleet,
  type InstanceStatus,
  type Runtime,
} from '@faultline/fleet';
import { createControlPlane } from '@faultline/server';
import { DEFAULT_LOAD, DEFAULT_POLICIES, type Topology } from '@faultline/topology';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { docker } from './engine.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

/** One life of a control plane with a fleet of containers. */
export interface DockerLab {
  fleet: Fleet;
  runtime: Runtime;
  /** The control plane vanishes in good order; the containers go on. */
  leave(): Promise<void>;
}

/** A data folder with an id for its lab; several control planes may follow each other on it. */
export interface LabFolder extends AsyncDisposable {
  lab: string;
  /** @param root where images are built from; without sources there, what is present is used */
  open(topology: Topology, root?: string): Promise<DockerLab>;
}

/** Makes a folder for a lab whose ports are all free ones. */
export async function makeLabFolder(): Promise<LabFolder> {
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-docker-'));
  const lab = `test-${process.pid}-${dataDir
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '0')}`;
  return {
    lab,
    open: (topology, root = ROOT) => openLab({ lab, dataDir, topology, root }),
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  };
}

interface LabSite {
  lab: string;
  dataDir: string;
  topology: Topology;
  root: string;
}

async function openLab({ lab, dataDir, topology, root }: LabSite): Promise<DockerLab> {
  const host = createLocalProcessHost({ dataDir });
  let runtime: Runtime | undefined;
  const plane = await createControlPlane({
    // Nothing listens there: spans are dropped, which nobody here misses.
    collectorUrl: 'http://127.0.0.1:9',
    dataDir,
    webRoot: join(dataDir, 'web'),
    topology,
    policies: DEFAULT_POLICIES,
    createFleet({ registryUrl }) {
      const where = { topology, root, registryUrl, otlpEndpoint: 'http://127.0.0.1:9' };
      runtime = createDockerRuntime({
        ...where,
        lab,
        servicesImage: `faultline/services:${version}`,
      });
      return createFleet({
        topology,
        policies: DEFAULT_POLICIES,
        runtimes: { process: createProcessRuntime({ ...where, host, dataDir }), docker: runtime },
        dataDir,
        load: { enabled: true, ...DEFAULT_LOAD, rps: 10 },
        portOverrides: { 'toxiproxy-1': 0, 'kafka-1': 0, 'postgres-1': 0 },
      });
    },
  });
  return {
    fleet: plane.fleet,
    runtime: runtime as unknown as Runtime,
    async leave() {
      await plane.close();
      await runtime?.[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

/** The state of one instance. */
export function instanceOf(fleet: Fleet, id: string): InstanceStatus | undefined {
  const { services, resources } = fleet.status();
  return [...services, ...resources].flatMap((part) => part.instances).find((i) => i.id === id);
}

/** Containers, networks and volumes of a lab. */
export async function whatIsLeft(lab: string): Promise<string[]> {
  const filter = ['--filter', `label=io.faultline.lab=${lab}`];
  const lists = await Promise.all([
    docker('ps', '--all', ...filter, '--format', 'container {{.Names}}'),
    docker('network', 'ls', ...filter, '--format', 'network {{.Name}}'),
    docker('volume', 'ls', ...filter, '--format', 'volume {{.Name}}'),
  ]);
  return lists.flatMap((list) => list.split('\n')).filter((line) => line !== '');
}
