import { runSchema, type Run } from '@faultline/server/contract';
import type { ApiClient } from '../client.ts';
import { CommandFailure, EXIT } from '../exit.ts';

/** Time between tries to reach a lab that went silent, milliseconds, and how many there are. */
const PAUSE_MS = 500;
const TRIES = 10;

/**
 * Watches a run to its end. While it is watched, an attached run goes on; an interruption asks the lab
 * to end it, waits for the undo and answers the ended run.
 *
 * @throws CommandFailure (70) when the lab is gone
 */
export async function followRun(
  api: ApiClient,
  id: string,
  tell: (run: Run) => void,
  interruption: AbortSignal,
): Promise<Run> {
  const path = `/api/runs/${encodeURIComponent(id)}`;
  const abort = (): void => {
    void api
      .send('POST', `${path}/abort`, { reason: 'interrupted at the command line' })
      .catch(() => undefined);
  };
  if (interruption.aborted) abort();
  interruption.addEventListener('abort', abort, { once: true });
  try {
    for (let failures = 0; ; failures += 1) {
      const ended = await watchOnce(api, path, tell);
      if (ended) return ended;
      if (failures >= TRIES) throw new CommandFailure(EXIT.lab, `the lab lost run ${id}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    interruption.removeEventListener('abort', abort);
  }
}

/** The ended run; null when the stream broke off before. */
async function watchOnce(
  api: ApiClient,
  path: string,
  tell: (run: Run) => void,
): Promise<Run | null> {
  const closed = new AbortController();
  try {
    for await (const { event, data } of api.events(`${path}/watch`, closed.signal)) {
      if (event !== 'run') continue;
      const run = runSchema.parse(JSON.parse(data));
      tell(run);
      if (run.state === 'ended') return run;
    }
  } catch (error) {
    if (error instanceof CommandFailure && error.exitCode !== EXIT.lab) throw error;
  } finally {
    closed.abort();
  }
  return null;
}
