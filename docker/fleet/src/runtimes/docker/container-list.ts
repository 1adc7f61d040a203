import type Docker from 'dockerode';
import type { RunningInstance } from '../runtime.ts';
import { isMissing } from './engine-problem.ts';
import { JANITOR, ofLab } from './names.ts';
import { LABELS } from './options.ts';

/** Fingerprint of what somebody else made: equal to any plan. */
export const MANAGED_FINGERPRINT = 'managed';

/** A container of the lab that runs an instance, or did. */
export interface LabContainer extends RunningInstance {
  container: string;
  running: boolean;
  /** Somebody else made it. */
  managed: boolean;
  /** What asks it to end. */
  stopSignal: string;
}

/** Every container of the lab, without the janitor. */
export async function listContainers(docker: Docker, lab: string): Promise<LabContainer[]> {
  const listed = await docker.listContainers({ all: true, filters: ofLab(lab) });
  const ours = listed.filter(({ Labels }) => {
    const id = Labels[LABELS.instance];
    return id !== undefined && id !== JANITOR;
  });
  const inspected = await Promise.all(ours.map(({ Id }) => inspectContainer(docker, Id)));
  return inspected.filter((container) => container !== null);
}

/** The container of an instance, whoever made it; null if there is none. */
export async function findContainer(
  docker: Docker,
  lab: string,
  instance: string,
): Promise<LabContainer | null> {
  const label = [...ofLab(lab).label, `${LABELS.instance}=${instance}`];
  const [found] = await docker.listContainers({ all: true, filters: { label } });
  return found ? inspectContainer(docker, found.Id) : null;
}

async function inspectContainer(docker: Docker, container: string): Promise<LabContainer | null> {
  try {
    const { Id, State, Config } = await docker.getContainer(container).inspect();
    const managed = Config.Labels[LABELS.managed] !== undefined;
    return {
      id: Config.Labels[LABELS.instance] ?? '',
      container: Id,
      fingerprint: managed ? MANAGED_FINGERPRINT : (Config.Labels[LABELS.fingerprint] ?? ''),
      pid: State.Running ? State.Pid : null,
      startedAt: Date.parse(State.StartedAt) || 0,
      paused: State.Paused,
      running: State.Running,
      // Whoever runs is asked by the fleet itself whether it can be used.
      ready: State.Running,
      managed,
      stopSignal: (Config as { StopSignal?: string }).StopSignal ?? 'SIGTERM',
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
