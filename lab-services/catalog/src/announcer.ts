import type { Chassis, Worker } from '@faultline/chassis';
import type { ProductChanges } from './change-product.ts';

const AT_ONCE = 100;
const RETRY_MS = 1_000;
const LOOK_MS = 1_000;

/** Tells of products in the background. */
export interface Announcer extends Worker {
  /** Nobody was told of what is there now. */
  beginAnew(): void;
}

/**
 * Tells of all products that nobody was told of yet: when the service starts, and when the outbox
 * is on again after it was off. In between it looks at no table.
 */
export function createAnnouncer({
  chassis,
  changes,
}: {
  chassis: Pick<Chassis, 'clock' | 'log'>;
  changes: ProductChanges;
}): Announcer {
  const end = new AbortController();
  let running: Promise<void> | undefined;

  let isNew = false;

  const pause = (durationMs: number) =>
    chassis.clock.sleep(durationMs, end.signal).catch(() => undefined);

  async function announce(): Promise<void> {
    for (let told = AT_ONCE; told === AT_ONCE && !end.signal.aborted;) {
      try {
        told = await changes.announceNew(AT_ONCE);
        if (told > 0) chassis.log.info({ products: told }, 'products announced');
      } catch (error) {
        chassis.log.warn({ err: error }, 'products not announced yet');
        await pause(RETRY_MS);
      }
    }
  }

  async function run(): Promise<void> {
    await announce();
    while (!end.signal.aborted) {
      await pause(LOOK_MS);
      const owed = changes.owesNews();
      if (!owed && !isNew) continue;
      isNew = false;
      await announce();
    }
  }

  return {
    name: 'announcer',
    beginAnew() {
      isNew = true;
    },
    start() {
      running ??= run();
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('announcer closed'));
      await running;
    },
  };
}
