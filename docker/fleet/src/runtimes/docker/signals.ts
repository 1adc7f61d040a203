import type Docker from 'dockerode';
import type { RuntimeSignal } from '../runtime.ts';
import type { LabContainer } from './container-list.ts';
import { isMissing } from './engine-problem.ts';

/** Does to a running container what processes know as signals. */
export async function signalContainer(
  docker: Docker,
  { container: id, paused, stopSignal }: LabContainer,
  what: RuntimeSignal,
): Promise<void> {
  const container = docker.getContainer(id);
  switch (what) {
    case 'pause':
      await container.pause();
      return;
    case 'resume':
      await container.unpause();
      return;
    case 'terminate':
    case 'kill':
      // The engine delivers nothing to a paused container.
      if (paused) await container.unpause().catch(unlessMissing);
      // Not the engine's stop: that one waits, and kills after a time of its own.
      await container.kill({ signal: what === 'kill' ? 'SIGKILL' : stopSignal });
  }
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
