import type { Chassis } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { ChargeOutcome, Refund } from './charge.ts';

/** What happens in this service, each told once. */
export interface Events {
  chargeAnswered(orderId: string, outcome: ChargeOutcome): void;
  refundAnswered(refund: Refund): void;
}

/** Creates the events of the service: a metric with few labels, a log line with the detail. */
export function createEvents({ log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>): Events {
  const charges = new Counter({
    name: 'payments_charges_total',
    help: 'Requests to charge, by outcome; a replay repeats an earlier answer',
    labelNames: ['outcome'],
    registers: [telemetry.metrics],
  });
  const refunds = new Counter({
    name: 'payments_refunds_total',
    help: 'Requests to refund, by what there was to give back',
    labelNames: ['state'],
    registers: [telemetry.metrics],
  });
  return {
    chargeAnswered(orderId, outcome) {
      const label = labelOf(outcome);
      charges.inc({ outcome: label });
      const amountCents = outcome.kind === 'decided' ? outcome.charge.amountCents : undefined;
      log.info({ orderId, outcome: label, amountCents }, 'charge answered');
    },
    refundAnswered(refund) {
      refunds.inc({ state: refund.state });
      log.info({ ...refund }, 'refund answered');
    },
  };
}

function labelOf(outcome: ChargeOutcome): string {
  if (outcome.kind !== 'decided') return outcome.kind;
  return outcome.replayed ? 'replayed' : outcome.charge.state;
}
