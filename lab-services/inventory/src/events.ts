import type { Chassis } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Item, ReserveOutcome } from './reservation.ts';

/** What happens in this service, each told once. */
export interface Events {
  reservationAnswered(orderId: string, outcome: ReserveOutcome): void;
  reservationReleased(orderId: string, items: readonly Item[]): void;
}

/**
 * Creates the events of the service: a metric with few labels, a log line with the detail.
 *
 * @param stockMoved told after the commit of everything that moved stock
 */
export function createEvents(
  { log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>,
  stockMoved: () => void,
): Events {
  const reservations = new Counter({
    name: 'inventory_reservations_total',
    help: 'Attempts to reserve, by outcome',
    labelNames: ['outcome'],
    registers: [telemetry.metrics],
  });
  const releases = new Counter({
    name: 'inventory_releases_total',
    help: 'Reservations released, and releases that came before their reservation',
    labelNames: ['effect'],
    registers: [telemetry.metrics],
  });
  return {
    reservationAnswered(orderId, outcome) {
      if (outcome.kind === 'reserved' && !outcome.replayed) stockMoved();
      reservations.inc({ outcome: outcome.kind });
      log.info({ orderId, outcome: outcome.kind }, 'reservation answered');
    },
    reservationReleased(orderId, items) {
      if (items.length > 0) stockMoved();
      releases.inc({ effect: items.length > 0 ? 'returned' : 'none' });
      log.info({ orderId, items }, 'reservation released');
    },
  };
}
