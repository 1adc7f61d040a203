import type { Chassis } from '@faultline/chassis';
import type { Events } from '../events.ts';
import type { Fulfilment } from './fulfilment.ts';
import type { ClaimedSaga, SagaRecord } from './saga-record.ts';
import type { SagaRepository } from './saga-repository.ts';
import {
  currentCompensation,
  isEnded,
  transition,
  type RunningSaga,
  type Saga,
  type SagaMove,
  type StuckLimits,
} from './saga.ts';

/** How long things may take and how failures are spaced; all in milliseconds but counts. */
export interface SagaTimes {
  /** Budget of one step in the background, and of any compensation. */
  stepMs: number;
  /** Upper bound of the pause after the first failed compensation; doubles with each. */
  pauseMs: number;
  /** Upper bound of any such pause. */
  longestPauseMs: number;
  stuck: StuckLimits;
}

/** Default times of the service. */
export const SAGA_TIMES: SagaTimes = {
  stepMs: 5_000,
  pauseMs: 500,
  longestPauseMs: 5_000,
  stuck: { failures: 12, durationMs: 30_000 },
};

/** Moves sagas forward, or back, as far as they get. */
export interface SagaRunner extends AsyncDisposable {
  /**
   * Works on a new saga within the caller's budget.
   *
   * @param budgetMs milliseconds left for steps forward; compensations have their own budget
   * @param moved told of the saga after each move
   */
  fulfil(record: SagaRecord, budgetMs: () => number, moved: (saga: Saga) => void): Promise<void>;
  /** Goes on with a saga that was taken up again, in the trace it belongs to. */
  resume(claimed: ClaimedSaga): Promise<void>;
  /** Sagas that are worked on at this moment. */
  active(): readonly string[];
}

export interface SagaRunnerOptions {
  chassis: Pick<Chassis, 'clock' | 'random' | 'telemetry' | 'withContext'>;
  repository: SagaRepository;
  fulfilment: Fulfilment;
  events: Events;
  times: SagaTimes;
}

/** Creates the runner. Disposing it lets every saga finish its step, then lets go of it. */
export function createSagaRunner(options: SagaRunnerOptions): SagaRunner {
  return new LeasedSagaRunner(options);
}

class LeasedSagaRunner implements SagaRunner {
  readonly #options: SagaRunnerOptions;
  readonly #working = new Map<string, Promise<void>>();
  #stopping = false;

  constructor(options: SagaRunnerOptions) {
    this.#options = options;
  }

  active(): readonly string[] {
    return [...this.#working.keys()];
  }

  fulfil(record: SagaRecord, budgetMs: () => number, moved: (saga: Saga) => void): Promise<void> {
    return this.#work(record, 'fulfil order', () => this.#drive(record, budgetMs, moved));
  }

  resume({ abandoned, priorOwner: _, ...record }: ClaimedSaga): Promise<void> {
    const { events, chassis, times } = this.#options;
    return this.#work(record, 'resume saga', async () => {
      const move: SagaMove = { kind: 'interrupted' };
      const saga = transition(record.saga, move, chassis.clock.now(), times.stuck);
      const resumed = { ...record, saga };
      if (abandoned) events.sagaMoved(record, move, resumed);
      await this.#drive(
        resumed,
        () => Infinity,
        () => undefined,
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#working.values());
  }

  /**
   * The work has a context of its own, without a deadline: what is known of a step must be written
   * down even if nobody waits for it any more.
   */
  #work(record: SagaRecord, operation: string, drive: () => Promise<void>): Promise<void> {
    const { chassis, events } = this.#options;
    const traceparent = chassis.telemetry.traceparent() ?? record.traceparent ?? undefined;
    const work = chassis
      .withContext(
        {
          correlationId: record.correlationId,
          ...(traceparent === undefined ? {} : { traceparent }),
          operation,
        },
        drive,
      )
      .catch((error: unknown) => events.sagaDropped(record, error))
      .finally(() => this.#working.delete(record.sagaId));
    this.#working.set(record.sagaId, work);
    return work;
  }

  async #drive(
    begun: SagaRecord,
    budgetMs: () => number,
    moved: (saga: Saga) => void,
  ): Promise<void> {
    const { repository, events, chassis, times } = this.#options;
    let record = begun;
    while (!isEnded(record.saga)) {
      if (this.#stopping) return repository.release(record);
      const move = await this.#takeStep(record, record.saga, budgetMs);
      const next = transition(record.saga, move, chassis.clock.now(), times.stuck);
      const pauseMs = this.#pauseAfter(next, move);
      const saved = await repository.save(record, move, next, pauseMs === null ? {} : { pauseMs });
      if (!saved) return events.sagaLost(record);
      events.sagaMoved(record, move, saved);
      record = saved;
      moved(record.saga);
      if (pauseMs !== null) return;
    }
  }

  async #takeStep(
    record: SagaRecord,
    saga: Exclude<Saga, { state: 'completed' | 'compensated' }>,
    budgetMs: () => number,
  ): Promise<SagaMove> {
    const { fulfilment, times } = this.#options;
    if (saga.state === 'running') return this.#stepForward(record, saga, budgetMs);
    const step = currentCompensation(saga);
    const outcome = await this.#within(record, `undo ${step}`, times.stepMs, () =>
      fulfilment.compensate(step, record),
    );
    return outcome.kind === 'done'
      ? { kind: 'compensation-completed' }
      : { kind: 'compensation-failed', reason: outcome.reason };
  }

  async #stepForward(
    record: SagaRecord,
    { step }: RunningSaga,
    budgetMs: () => number,
  ): Promise<SagaMove> {
    const { fulfilment, times } = this.#options;
    const deadlineMs = Math.max(1, Math.min(budgetMs(), times.stepMs));
    const outcome = await this.#within(record, step, deadlineMs, () =>
      fulfilment.perform(step, record),
    );
    if (outcome.kind === 'done') return { kind: 'step-completed' };
    const { code, detail, effect } = outcome;
    return { kind: 'step-failed', failure: { step, code, detail }, effect };
  }

  #within<T>(
    { correlationId }: SagaRecord,
    operation: string,
    deadlineMs: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const { chassis } = this.#options;
    const traceparent = chassis.telemetry.traceparent();
    return chassis.withContext(
      {
        correlationId,
        ...(traceparent === undefined ? {} : { traceparent }),
        deadlineMs,
        operation,
      },
      work,
    );
  }

  /** Full jitter around a doubling bound; null if the saga goes on at once. */
  #pauseAfter(next: Saga, move: SagaMove): number | null {
    if (move.kind !== 'compensation-failed' || isEnded(next) || next.state === 'running') {
      return null;
    }
    const { times, chassis } = this.#options;
    const bound = Math.min(times.longestPauseMs, times.pauseMs * 2 ** (next.failures - 1));
    return Math.ceil(bound * (0.5 + chassis.random.next() / 2));
  }
}
