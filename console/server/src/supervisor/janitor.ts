import { resetProxies, type ProcessHost } from '@faultline/fleet';

/** What the janitor found and did. */
export interface Cleaning {
  /** Whether the proxy server confirmed that no fault is left; null if it does not run. */
  proxiesReset: boolean | null;
  /** Processes that were paused and run again. */
  resumed: string[];
}

const PROXY_SERVER = 'toxiproxy-1';
const CALL_TIMEOUT_MS = 400;
const TRIES = 2;

/**
 * Removes what a dead control plane left behind in the fleet: every toxic of every proxy
 * (`POST /reset` of the Toxiproxy API) and every paused process. Takes less than a second.
 */
export async function cleanUp(host: ProcessHost): Promise<Cleaning> {
  const running = (await host.list()).filter((status) => !status.exit);
  const paused = running.filter((status) => status.paused).map((status) => status.spec.id);
  const resumed = Promise.all(
    paused.map((id) => host.signal(id, 'SIGCONT').catch(() => undefined)),
  );
  const command = running.find((status) => status.spec.id === PROXY_SERVER)?.spec.command;
  const port = command?.[command.indexOf('-port') + 1];
  // Paused processes first: the proxy server may be one of them.
  await resumed;
  return { proxiesReset: port ? await freeProxies(port) : null, resumed: paused };
}

async function freeProxies(port: string): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      await resetProxies(`http://127.0.0.1:${port}`, AbortSignal.timeout(CALL_TIMEOUT_MS));
      return true;
    } catch {
      continue;
    }
  }
  return false;
}
