import type { Clock } from '../core/index.ts';

/** What `/ready` answers: 200 if `status` is `ready`, else 503. */
export interface ReadinessReport {
  status: 'ready' | 'starting' | 'not-ready' | 'stopping';
  dependencies: DependencyReport[];
}

/** One dependency as it was found. */
export interface DependencyReport {
  name: string;
  state: 'up' | 'down';
  /** ISO 8601. */
  checkedAt: string;
  /** How long the check took. */
  durationMs: number;
  detail?: string;
}

/** Tells whether the instance can do its work, and what it still lacks. */
export interface Readiness {
  /** Adds a dependency; `check` rejects with the reason while it is down. */
  add(name: string, check: () => Promise<void> | void): void;
  /** `starting` until the routes are there, `stopping` once the end has begun. */
  setPhase(phase: 'running' | 'stopping'): void;
  report(): Promise<ReadinessReport>;
}

const CHECK_TIMEOUT_MS = 1000;
/** Pollers share an answer this long, so that polling is no load on the dependencies. */
const REUSE_MS = 250;

/** Creates a {@link Readiness} without dependencies, in phase `starting`. */
export function createReadiness(clock: Clock): Readiness {
  const checks = new Map<string, () => Promise<void> | void>();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let latest: { atMs: number; dependencies: Promise<DependencyReport[]> } | undefined;

  function dependencies(): Promise<DependencyReport[]> {
    if (!latest || clock.monotonicMs() - latest.atMs >= REUSE_MS) {
      latest = {
        atMs: clock.monotonicMs(),
        dependencies: Promise.all([...checks].map(([name, check]) => examine(clock, name, check))),
      };
    }
    return latest.dependencies;
  }

  return {
    add(name, check) {
      checks.set(name, check);
      latest = undefined;
    },
    setPhase(next) {
      phase = next;
      // What was found before the change would tell of another time.
      latest = undefined;
    },
    async report() {
      const found = await dependencies();
      const up = found.every(({ state }) => state === 'up');
      const status = phase === 'running' ? (up ? 'ready' : 'not-ready') : phase;
      return { status, dependencies: found };
    },
  };
}

async function examine(
  clock: Clock,
  name: string,
  check: () => Promise<void> | void,
): Promise<DependencyReport> {
  const startedMs = clock.monotonicMs();
  const checkedAt = new Date(clock.now()).toISOString();
  const done = (state: 'up' | 'down', detail?: string): DependencyReport => ({
    name,
    state,
    checkedAt,
    durationMs: Math.round((clock.monotonicMs() - startedMs) * 10) / 10,
    ...(detail === undefined ? {} : { detail }),
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const message = `no answer within ${CHECK_TIMEOUT_MS} ms`;
    timer = setTimeout(() => reject(new Error(message)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([Promise.resolve().then(check), limit]);
    return done('up');
  } catch (error) {
    return done('down', (error as Error).message || String((error as { code?: unknown }).code));
  } finally {
    clearTimeout(timer);
  }
}
