import { z } from 'zod';

/** A parcel on its way, or the mark that none may leave any more. */
export const shipmentSchema = z.object({
  orderId: z.string().min(1).max(64),
  state: z.enum(['created', 'cancelled']),
  /** Null when the cancellation came before the shipment. */
  trackingCode: z.string().nullable(),
});

/** See {@link shipmentSchema}. */
export type Shipment = z.infer<typeof shipmentSchema>;

/** How an attempt to ship ended. */
export type ShipOutcome =
  | { kind: 'created'; shipment: Shipment; replayed: boolean }
  /** The cancellation overtook the shipment: it came too late and must have no effect. */
  | { kind: 'cancelled' }
  /** No carrier takes it. The order can not be shipped any more. */
  | { kind: 'refused'; detail: string };

/** The most units that fit into a parcel. */
export const PARCEL_UNITS = 200;

/** Why `units` can not be shipped; null if they can. The same order is always decided the same. */
export function decideRefusal(units: number): string | null {
  return units > PARCEL_UNITS
    ? `The order has ${units} units, a parcel takes ${PARCEL_UNITS} at most.`
    : null;
}

const DIGITS_AND_LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A code a person can read out: `FL-7K3M-Q2X9`, in Crockford's base 32, without I, L, O and U.
 *
 * @param next draws a number in [0, 1)
 */
export function makeTrackingCode(next: () => number): string {
  const group = () =>
    Array.from({ length: 4 }, () => DIGITS_AND_LETTERS[Math.floor(next() * 32)]).join('');
  return `FL-${group()}-${group()}`;
}
