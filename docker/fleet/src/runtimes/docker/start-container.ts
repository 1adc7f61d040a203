import type { ContainerCreateOptions } from 'dockerode';
import type Docker from 'dockerode';
import type { RunningInstance } from '../runtime.ts';
import { findContainer, type LabContainer } from './container-list.ts';
import { reasonOf } from './engine-problem.ts';
import type { EngineWatch } from './engine-watch.ts';

/** What is to be started, and who is told. */
export interface ContainerStart {
  docker: Docker;
  watch: EngineWatch;
  lab: string;
  instance: string;
  description: ContainerCreateOptions & { fingerprint: string };
}

/**
 * Starts the container of an instance: the one that is there if it is as planned (it keeps its log)
 * or somebody else's, otherwise a new one in its place.
 */
export async function startContainer(order: ContainerStart): Promise<RunningInstance> {
  const { docker, watch, lab, instance, description } = order;
  const present = await findContainer(docker, lab, instance);
  if (present?.running && isAsPlanned(present, description.fingerprint)) {
    watch.found(instance, present.container);
    return present;
  }
  const container = await readyToStart(order, present);
  watch.expect(instance, container);
  try {
    await docker.getContainer(container).start();
  } catch (error) {
    watch.unexpect(instance);
    throw new Error(reasonOf(error), { cause: error });
  }
  const started = await findContainer(docker, lab, instance);
  if (!started) throw new Error('its container is gone');
  return started;
}

async function readyToStart(order: ContainerStart, present: LabContainer | null): Promise<string> {
  const { docker, description } = order;
  if (present && isAsPlanned(present, description.fingerprint)) return present.container;
  // Also removes the volumes without a name that its image declares.
  if (present) await docker.getContainer(present.container).remove({ force: true, v: true });
  const { fingerprint: _, ...options } = description;
  const { id } = await docker.createContainer(options);
  return id;
}

function isAsPlanned(present: LabContainer, fingerprint: string): boolean {
  return present.managed || present.fingerprint === fingerprint;
}
