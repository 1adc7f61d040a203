import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { Logger } from 'pino';
import type { FleetView, LaunchProgress } from '../contract/index.ts';

/** Launches and stops the fleet in the background, and knows how that went. */
export interface Launcher extends AsyncDisposable {
  /** False when the fleet is up or on its way. */
  launch(): boolean;
  /** False when there is nothing to stop. */
  stop(): boolean;
  readonly progress: LaunchProgress[];
  /** Why the last launch failed, with the way out; null when it did not. */
  readonly problem: string | null;
  readonly usage: FleetView['usage'];
}

/** What the launcher needs. */
export interface LauncherParts {
  fleet: Fleet;
  clock: Clock;
  log: Logger;
  /** Memory and CPU time of everything the host runs; absent when nobody can tell. */
  usage?: () => Promise<{ id: string; memoryBytes: number; cpuSeconds: number }[]>;
  /** Called when a launch ended well: the fleet may have been picked up with faults in it. */
  onLaunched: () => Promise<void>;
  onChange: () => void;
}

const USAGE_EVERY_MS = 5_000;

/** Creates a launcher; nothing is launched yet. */
export function createLauncher(parts: LauncherParts): Launcher {
  const { fleet, log, onLaunched, onChange } = parts;
  const progress = new Map<string, LaunchProgress>();
  const life = new AbortController();
  let problem: string | null = null;
  let usage: FleetView['usage'] = null;
  let work: Promise<void> | null = null;

  const unsubscribe = fleet.subscribe((event) => {
    if (event.kind !== 'progress') return;
    progress.set(event.progress.part, event.progress);
    onChange();
  });

  const run = (what: string, action: () => Promise<void>) => {
    work = action()
      .catch((error: unknown) => {
        problem = error instanceof Error ? error.message : String(error);
        log.error({ err: error }, `${what} failed`);
      })
      .finally(() => {
        work = null;
        onChange();
      });
  };
  const measuring = measure(parts, life.signal, (now) => {
    usage = now;
    onChange();
  });

  return {
    launch() {
      const { phase } = fleet.status();
      if (work || phase === 'ready' || phase === 'launching') return false;
      problem = null;
      progress.clear();
      run('launch', async () => {
        await fleet.launch();
        await onLaunched();
      });
      return true;
    },
    stop() {
      const { phase } = fleet.status();
      if (phase === 'stopped' || phase === 'stopping') return false;
      run('stop', () => fleet.stop());
      return true;
    },
    get progress() {
      return [...progress.values()];
    },
    get problem() {
      return problem;
    },
    get usage() {
      return usage;
    },
    async [Symbol.asyncDispose]() {
      unsubscribe();
      life.abort();
      await measuring;
    },
  };
}

/** Sums up what the host runs, every few seconds. */
async function measure(
  { usage, clock }: LauncherParts,
  signal: AbortSignal,
  tell: (usage: FleetView['usage']) => void,
): Promise<void> {
  if (!usage) return;
  let before: { atMs: number; cpuSeconds: Map<string, number> } | null = null;
  while (!signal.aborted) {
    const parts = await usage().catch(() => []);
    const atMs = clock.monotonicMs();
    const cpuSeconds = new Map(parts.map((part) => [part.id, part.cpuSeconds]));
    if (parts.length > 0 && before) {
      let spent = 0;
      // A process that is new or was restarted counts from nought.
      for (const [id, total] of cpuSeconds) {
        const earlier = before.cpuSeconds.get(id) ?? 0;
        spent += total >= earlier ? total - earlier : total;
      }
      tell({
        memoryBytes: parts.reduce((sum, part) => sum + part.memoryBytes, 0),
        cpuRatio: (spent * 1000) / Math.max(1, atMs - before.atMs),
        processes: parts.length,
      });
    }
    before = { atMs, cpuSeconds };
    await clock.sleep(USAGE_EVERY_MS, signal).catch(() => undefined);
  }
}
