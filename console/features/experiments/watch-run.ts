import type { Run } from '@faultline/server/contract';

/** As much of `EventSource` as watching needs. */
export interface RunSource {
  addEventListener(event: 'run', listener: (message: { data: string }) => void): void;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  readonly readyState: number;
  close(): void;
}

/** Who is told of what comes. */
export interface RunWatcher {
  run: (run: Run) => void;
  connected: (connected: boolean) => void;
}

const CLOSED = 2;
const RECONNECT_MS = 2000;

/**
 * Follows a run until it ends or the returned function is called. A browser connects again by itself
 * after a broken connection, but not after an answer that is no stream: then this does.
 */
export function watchRun(
  id: string,
  watcher: RunWatcher,
  open: (url: string) => RunSource = (url) => new EventSource(url) as unknown as RunSource,
): () => void {
  let source: RunSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const connect = () => {
    const current = open(`/api/runs/${encodeURIComponent(id)}/watch`);
    source = current;
    current.onopen = () => watcher.connected(true);
    current.onerror = () => {
      if (over) return;
      watcher.connected(false);
      if (current.readyState === CLOSED) retry = setTimeout(connect, RECONNECT_MS);
    };
    current.addEventListener('run', ({ data }) => {
      const run = parse(data);
      if (run === null || over) return;
      watcher.run(run);
      if (run.state === 'ended') stop();
    });
  };
  const stop = () => {
    over = true;
    clearTimeout(retry);
    source?.close();
  };
  connect();
  return stop;
}

function parse(data: string): Run | null {
  try {
    return JSON.parse(data) as Run;
  } catch {
    return null;
  }
}
