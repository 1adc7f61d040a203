import type { Chassis } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Charge, ChargeOutcome, Refund } from './charge.ts';

/** What happens in this service, each told once. */
export interface Events {
  chargeAnswered(orderId: string, outcome: ChargeOutcome): void;
  refundAnswered(refund: Refund): void;
  /** The provider took another amount than was asked, or none. */
  otherAmountCaptured(charge: Charge, capturedCents: number): void;
  /** Something left behind was settled. */
  chargeResumed(charge: Charge): void;
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
  const mismatches = new Counter({
    name: 'payments_provider_mismatches_total',
    help: 'Charges of which the card provider took another amount than was asked',
    registers: [telemetry.metrics],
  });
  const resumed = new Counter({
    name: 'payments_charges_resumed_total',
    help: 'Charges and refunds that were left behind and settled later',
    labelNames: ['state'],
    registers: [telemetry.metrics],
  });
  return {
    otherAmountCaptured({ chargeId, orderId, amountCents }, capturedCents) {
      mismatches.inc();
      log.error({ chargeId, orderId, amountCents, capturedCents }, 'another amount was captured');
    },
    chargeResumed({ chargeId, orderId, state }) {
      resumed.inc({ state });
      log.info({ chargeId, orderId, state }, 'charge resumed');
    },
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
