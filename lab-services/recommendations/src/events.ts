import type { Chassis, DomainEvent } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Purchase } from './purchase.ts';
import type { Basis } from './recommend.ts';

/** What happens in this service, each told once. */
export interface Events {
  orderLearned(event: DomainEvent, purchase: Purchase): void;
  recommended(basis: Basis): void;
}

/** Creates the events of the service: a metric with few labels, a log line with the detail. */
export function createEvents({ log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>): Events {
  const learned = new Counter({
    name: 'recommendations_orders_learned_total',
    help: 'Confirmed orders that were learned from',
    registers: [telemetry.metrics],
  });
  const answers = new Counter({
    name: 'recommendations_answers_total',
    help: 'Recommendations, by what they rest on',
    labelNames: ['basis'],
    registers: [telemetry.metrics],
  });
  return {
    orderLearned({ id, key }, { skus }) {
      learned.inc();
      log.info({ eventId: id, orderId: key, products: skus.length }, 'order learned');
    },
    recommended: (basis) => answers.inc({ basis }),
  };
}
