import type { Chassis } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Shipment, ShipOutcome } from './shipment.ts';

/** What happens in this service, each told once. */
export interface Events {
  shipmentAnswered(orderId: string, outcome: ShipOutcome): void;
  shipmentCancelled(shipment: Shipment): void;
}

/** Creates the events of the service: a metric with few labels, a log line with the detail. */
export function createEvents({ log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>): Events {
  const shipments = new Counter({
    name: 'shipping_shipments_total',
    help: 'Requests to ship, by outcome; a replay repeats an earlier answer',
    labelNames: ['outcome'],
    registers: [telemetry.metrics],
  });
  const cancellations = new Counter({
    name: 'shipping_cancellations_total',
    help: 'Cancellations, by whether there was a shipment to call back',
    labelNames: ['effect'],
    registers: [telemetry.metrics],
  });
  return {
    shipmentAnswered(orderId, outcome) {
      const replayed = outcome.kind === 'created' && outcome.replayed;
      const label = replayed ? 'replayed' : outcome.kind;
      shipments.inc({ outcome: label });
      log.info({ orderId, outcome: label }, 'shipment answered');
    },
    shipmentCancelled({ orderId, trackingCode }) {
      const effect = trackingCode === null ? 'none' : 'called-back';
      cancellations.inc({ effect });
      log.info({ orderId, effect }, 'shipment cancelled');
    },
  };
}
