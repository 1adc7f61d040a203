import { createHash } from 'node:crypto';
import type { ContainerCreateOptions } from 'dockerode';
import type { PlannedInstance } from '../../plan/model.ts';
import { steadyEnvironment } from '../../plan/steady-environment.ts';
import { containerName, volumeName } from './names.ts';
import { LABELS } from './options.ts';
import { containerProgram, type ContainerProgram } from './programs.ts';

/** What the containers of one lab have in common. */
export interface LabOfContainers {
  lab: string;
  network: string;
  servicesImage: string;
  /** Whether ports are published on the loopback address, for a control plane outside. */
  publish: boolean;
  /** Processors of the engine: no container may be promised more. */
  cpus: number;
  /** By name of an image: which one it is at present. A container of another one is outdated. */
  imageIds: Readonly<Record<string, string>>;
}

/** PostgreSQL has a process per session, Kafka a hundred threads. */
const PIDS_LIMIT = 512;
/** Of 1,024 that others have: as the nice value of background processes weighs, see `background.ts`. */
const BACKGROUND_SHARES = 110;
/** As many lines as the console shows, several times. */
const LOG_OPTIONS = { 'max-size': '10m', 'max-file': '2' };

/**
 * What the engine is asked to create for an instance. Pure: the same plan, the same container, and
 * its fingerprint is one of its labels.
 */
export function describeContainer(
  instance: PlannedInstance,
  lab: LabOfContainers,
): ContainerCreateOptions & { name: string; fingerprint: string } {
  const program = containerProgram(instance, {
    servicesImage: lab.servicesImage,
    publish: lab.publish,
  });
  const container = {
    Image: program.image,
    ...(program.command ? { Cmd: [...program.command] } : {}),
    Hostname: instance.id,
    Env: toList(program.env),
    ExposedPorts: { [portOf(program, instance)]: {} },
    // The fleet asks every instance itself; a second opinion would only cost a process each time.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(program, instance, lab),
    NetworkingConfig: { EndpointsConfig: { [lab.network]: { Aliases: [instance.id] } } },
  };
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([
        { ...container, Env: toList(steadyEnvironment(program.env)) },
        lab.imageIds[program.image] ?? '',
      ]),
    )
    .digest('hex');
  return {
    ...container,
    name: containerName(lab.lab, instance.id),
    fingerprint,
    Labels: {
      [LABELS.lab]: lab.lab,
      [LABELS.instance]: instance.id,
      [LABELS.fingerprint]: fingerprint,
    },
  };
}

function hostConfig(
  program: ContainerProgram,
  instance: PlannedInstance,
  lab: LabOfContainers,
): ContainerCreateOptions['HostConfig'] {
  const published = [{ HostIp: '127.0.0.1', HostPort: String(instance.port) }];
  return {
    NetworkMode: lab.network,
    Init: true,
    Memory: program.memoryBytes,
    // No swap: an instance that outgrows its limit ends, it does not slow down the machine.
    MemorySwap: program.memoryBytes,
    NanoCpus: Math.min(program.cpus, lab.cpus || program.cpus) * 1e9,
    ...(instance.background ? { CpuShares: BACKGROUND_SHARES } : {}),
    PidsLimit: PIDS_LIMIT,
    // The fleet restarts with its own backoff, and a lasting crash must last.
    RestartPolicy: { Name: 'no' },
    CapDrop: ['ALL'],
    CapAdd: [...program.capabilities],
    SecurityOpt: ['no-new-privileges'],
    ReadonlyRootfs: program.readOnly,
    LogConfig: { Type: 'json-file', Config: LOG_OPTIONS },
    ...(program.readOnly ? { Tmpfs: { '/tmp': 'rw,noexec,nosuid,size=64m' } } : {}),
    ...(lab.publish ? { PortBindings: { [portOf(program, instance)]: published } } : {}),
    ...(program.dataPath
      ? {
          Mounts: [
            {
              Type: 'volume' as const,
              Source: volumeName(lab.lab, instance.part),
              Target: program.dataPath,
            },
          ],
        }
      : {}),
  };
}

function toList(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function portOf(program: ContainerProgram, instance: PlannedInstance): string {
  return `${program.port ?? instance.port}/tcp`;
}
