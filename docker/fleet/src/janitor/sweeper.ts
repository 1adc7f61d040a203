import type Docker from 'dockerode';
import { setTimeout as pause } from 'node:timers/promises';
import { isConflict, isMissing } from '../runtimes/docker/engine-problem.ts';
import { containerName, JANITOR, ofLab } from '../runtimes/docker/names.ts';
import { LABELS } from '../runtimes/docker/options.ts';

/** The engine takes a moment to remove what somebody else is removing. */
const LOOK_AGAIN_MS = 50;

/** What is swept. */
export interface SweptLab {
  lab: string;
  /** Removed at the end; empty: none. */
  network: string;
}

/** Lets every paused container of the lab go on, whoever made it; returns their names. */
export async function resumePaused(engine: Docker, { lab }: SweptLab): Promise<string[]> {
  const filters = { ...ofLab(lab), status: ['paused'] };
  const paused = await engine.listContainers({ filters });
  await Promise.all(paused.map(({ Id }) => engine.getContainer(Id).unpause().catch(unlessGone)));
  return paused.map(({ Id, Labels }) => Labels[LABELS.instance] ?? Id.slice(0, 12));
}

/**
 * Removes the lab's containers, then its volumes, then the network, and of each only what was not
 * made by somebody else (`managed`). Looks again until nothing is left: a launch may have been
 * under way. The janitor's own container stays, and leaves the network.
 */
export async function removeEverything(engine: Docker, swept: SweptLab): Promise<void> {
  while ((await removeContainers(engine, swept)) > 0) await pause(LOOK_AGAIN_MS);
  await removeVolumes(engine, swept);
  if (swept.network !== '') await removeNetwork(engine, swept);
}

/** @returns how many there were */
async function removeContainers(engine: Docker, { lab }: SweptLab): Promise<number> {
  const all = await engine.listContainers({ all: true, filters: ofLab(lab) });
  const own = all.filter(({ Labels }) => isOurs(Labels) && Labels[LABELS.instance] !== JANITOR);
  await Promise.all(
    own.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)),
  );
  return own.length;
}

async function removeVolumes(engine: Docker, { lab }: SweptLab): Promise<void> {
  const { Volumes } = await engine.listVolumes({ filters: ofLab(lab) });
  // The engine says null where there are none.
  const own = (Volumes ?? []).filter(({ Labels }) => isOurs(Labels));
  await Promise.all(
    own.map(({ Name }) => engine.getVolume(Name).remove({ force: true }).catch(unlessMissing)),
  );
}

async function removeNetwork(engine: Docker, { lab, network }: SweptLab): Promise<void> {
  const found = engine.getNetwork(network);
  // Not there, or not in it: both are as it should be.
  await found.disconnect({ Container: containerName(lab, JANITOR), Force: true }).catch(() => null);
  await found.remove().catch(unlessMissing);
}

function isOurs(labels: Readonly<Record<string, string>> | null): boolean {
  return labels?.[LABELS.managed] === undefined;
}

/** Somebody else removed it, is removing it, or let it go on. */
function unlessGone(error: unknown): void {
  if (!isMissing(error) && !isConflict(error)) throw error;
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
