import type { Chassis } from '@faultline/chassis';
import { ATTRIBUTE, METRIC } from '@faultline/chassis/core';
import { Counter, Gauge } from 'prom-client';
import { BEGIN_EVENTS, eventsOfMove, type SagaEvent } from './saga/saga-events.ts';
import { progressOf } from './saga/saga-ledger.ts';
import type { SagaRecord } from './saga/saga-record.ts';
import { isEnded, type Saga, type SagaMove } from './saga/saga.ts';

/** What happens in this service, each told once, after it is committed. */
export interface Events {
  sagaBegan(record: SagaRecord): void;
  sagaMoved(before: SagaRecord, move: SagaMove, after: SagaRecord): void;
  /** Another owner moved the saga meanwhile: this one let go of it. */
  sagaLost(record: SagaRecord): void;
  /** A saga could not be worked on; its lease runs out and it is taken up again. */
  sagaDropped(record: SagaRecord, error: unknown): void;
  /** Unfinished sagas in this instance's hands. */
  sagasCounted(counts: readonly { state: Saga['state']; count: number }[]): void;
}

const UNFINISHED = ['running', 'compensating', 'stuck'] as const;

/** Creates the events of the service. */
export function createEvents({ log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>): Events {
  const sagas = new Gauge({
    name: METRIC.sagas,
    help: 'Unfinished sagas in the hands of this instance; ended ones since it started',
    labelNames: ['state'],
    registers: [telemetry.metrics],
  });
  const orders = new Counter({
    name: 'orders_total',
    help: 'Orders, by what became of them',
    labelNames: ['outcome'],
    registers: [telemetry.metrics],
  });

  function tell(record: SagaRecord, { name, step, reason, attempt }: SagaEvent): void {
    const { waitingFor, remaining } = progressOf(record.saga);
    const attributes = {
      [ATTRIBUTE.sagaId]: record.sagaId,
      [ATTRIBUTE.orderId]: record.orderId,
      [ATTRIBUTE.sagaStyle]: record.style,
      [ATTRIBUTE.sagaState]: record.saga.state,
      [ATTRIBUTE.sagaStep]: step,
      ...(waitingFor === null ? {} : { [ATTRIBUTE.sagaWaitingFor]: waitingFor }),
      ...(remaining.length === 0 ? {} : { [ATTRIBUTE.sagaRemaining]: remaining.join(',') }),
      ...(reason === undefined ? {} : { [ATTRIBUTE.sagaReason]: reason }),
      ...(attempt === undefined ? {} : { [ATTRIBUTE.attemptNumber]: attempt }),
    };
    telemetry.event(name, attributes, reason === undefined ? `${name}: ${step}` : reason);
  }

  return {
    sagaBegan(record) {
      orders.inc({ outcome: 'created' });
      for (const event of BEGIN_EVENTS) tell(record, event);
    },
    sagaMoved(before, move, after) {
      for (const event of eventsOfMove(before.saga, move, after.saga)) tell(after, event);
      if (!isEnded(after.saga)) return;
      sagas.inc({ state: after.saga.state });
      orders.inc({ outcome: after.saga.state === 'completed' ? 'confirmed' : 'failed' });
    },
    sagaLost({ sagaId, version }) {
      log.info({ sagaId, version }, 'saga goes on in other hands');
    },
    sagaDropped({ sagaId }, error) {
      log.warn({ sagaId, err: error }, 'saga dropped until its lease runs out');
    },
    sagasCounted(counts) {
      const byState = new Map(counts.map(({ state, count }) => [state, count]));
      for (const state of UNFINISHED) sagas.set({ state }, byState.get(state) ?? 0);
    },
  };
}
