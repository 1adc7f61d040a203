import type { Chassis, Worker } from '@faultline/chassis';
import type { ChargeRepository } from './charge-repository.ts';
import type { Charges } from './charges.ts';
import type { Events } from './events.ts';

interface RecovererOptions {
  chassis: Pick<Chassis, 'clock' | 'ids' | 'log' | 'withContext'>;
  repository: ChargeRepository;
  charges: Charges;
  events: Pick<Events, 'chargeResumed'>;
  /** Time between two looks, milliseconds. */
  pollMs: number;
  /** A charge that nobody touched for so long is taken for left behind, milliseconds. */
  idleMs: number;
}

const RESUMED_AT_ONCE = 10;
const BUDGET_MS = 3_000;

/**
 * Goes on with what was left behind between intent and outcome: by a crash, or by a provider that
 * was silent. Of a pending charge the provider is asked; none is charged here.
 */
export function createRecoverer(options: RecovererOptions): Worker {
  const { chassis, repository, charges, events, pollMs, idleMs } = options;
  const end = new AbortController();
  let working: Promise<void> | undefined;

  async function look(): Promise<void> {
    for (const charge of await repository.claimUnfinished(idleMs, RESUMED_AT_ONCE)) {
      const correlationId = chassis.ids.next();
      const settled = await chassis.withContext(
        { correlationId, deadlineMs: BUDGET_MS, operation: 'resume charge' },
        () => charges.resume(charge),
      );
      if (settled) events.chargeResumed(charge);
    }
  }

  async function work(): Promise<void> {
    while (!end.signal.aborted) {
      await look().catch((error: unknown) =>
        chassis.log.warn({ err: error }, 'charges not resumed'),
      );
      await chassis.clock.sleep(pollMs, end.signal).catch(() => undefined);
    }
  }

  return {
    name: 'charge recoverer',
    start() {
      working = work();
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('recoverer closed'));
      await working;
    },
  };
}
