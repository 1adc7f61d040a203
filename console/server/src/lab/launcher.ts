import { LaunchError, type Fleet, type RuntimeKind } from '@faultline/fleet';
import type { Logger } from 'pino';
import type { LaunchProgress } from '../contract/index.ts';

/** Launches and stops the fleet in the background, and knows how that went. */
export interface Launcher extends Disposable {
  /** False when the fleet is up or on its way on that runtime; without one, on any. */
  launch(runtime?: RuntimeKind): boolean;
  /** False when there is nothing to stop. */
  stop(): boolean;
  readonly progress: LaunchProgress[];
  /** Why the last launch failed, with the way out; null when it did not, or was stopped. */
  readonly problem: string | null;
}

/** What the launcher needs. */
export interface LauncherParts {
  fleet: Fleet;
  log: Logger;
  /** Called when a launch ended well: the fleet may have been picked up with faults in it. */
  onLaunched: () => Promise<void>;
  onChange: () => void;
}

/** Creates a launcher; nothing is launched yet. */
export function createLauncher(parts: LauncherParts): Launcher {
  const { fleet, log, onLaunched, onChange } = parts;
  const progress = new Map<string, LaunchProgress>();
  let problem: string | null = null;
  let work: Promise<void> | null = null;

  const unsubscribe = fleet.subscribe((event) => {
    if (event.kind !== 'progress') return;
    progress.set(event.progress.part, event.progress);
    onChange();
  });

  const run = (what: string, action: () => Promise<void>) => {
    work = action()
      .catch((error: unknown) => {
        // Somebody wanted it so: nothing failed.
        if (error instanceof LaunchError && error.code === 'stopped') return;
        problem = error instanceof Error ? error.message : String(error);
        log.error({ err: error }, `${what} failed`);
      })
      .finally(() => {
        work = null;
        onChange();
      });
  };

  return {
    launch(asked) {
      const { phase, runtime } = fleet.status();
      const other = asked !== undefined && asked !== runtime;
      if (work || phase === 'launching' || (phase === 'ready' && !other)) return false;
      problem = null;
      progress.clear();
      run('launch', async () => {
        await fleet.launch(asked);
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
    [Symbol.dispose]() {
      unsubscribe();
    },
  };
}
