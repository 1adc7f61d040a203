import { z } from 'zod';

/** So many units of one product. */
export const itemSchema = z.object({
  sku: z.string().regex(/^P-\d{4}$/),
  quantity: z.int().min(1).max(1_000),
});

/** See {@link itemSchema}. */
export type Item = z.infer<typeof itemSchema>;

/** Units of one product on the shelf. */
export interface Stock {
  sku: string;
  available: number;
}

/** Units set aside for one order, or the mark that nothing may be set aside for it any more. */
export interface Reservation {
  orderId: string;
  state: 'reserved' | 'released';
  items: Item[];
}

/** How an attempt to reserve ended. */
export type ReserveOutcome =
  | { kind: 'reserved'; reservation: Reservation; replayed: boolean }
  | { kind: 'insufficient'; sku: string; requested: number; available: number }
  | { kind: 'unknown-sku'; sku: string }
  /** The release overtook the reservation: it came too late and must have no effect. */
  | { kind: 'released' }
  /** The order has a reservation of other items. */
  | { kind: 'differs' };

/**
 * One line per sku, by ascending sku: rows are then locked in the same order by everyone, so
 * reservations of the same products wait for each other and never deadlock.
 */
export function normaliseItems(items: readonly Item[]): Item[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  return [...quantities]
    .map(([sku, quantity]) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** What stands in the way of taking `items` (normalised) from `shelf`; undefined if nothing. */
export function findShortage(
  items: readonly Item[],
  shelf: readonly Stock[],
): Extract<ReserveOutcome, { kind: 'insufficient' | 'unknown-sku' }> | undefined {
  const availableOf = new Map(shelf.map(({ sku, available }) => [sku, available]));
  for (const { sku, quantity } of items) {
    const available = availableOf.get(sku);
    if (available === undefined) return { kind: 'unknown-sku', sku };
    if (available < quantity) return { kind: 'insufficient', sku, requested: quantity, available };
  }
  return undefined;
}

/** Whether two normalised lists hold the same. */
export function sameItems(a: readonly Item[], b: readonly Item[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ sku, quantity }, at) => sku === b[at]?.sku && quantity === b[at].quantity)
  );
}

/** Why nothing was set aside: a stable code and a sentence for people. */
export function explainRefusal(
  orderId: string,
  outcome: Exclude<ReserveOutcome, { kind: 'reserved' }>,
): { code: string; detail: string } {
  switch (outcome.kind) {
    case 'insufficient': {
      const { sku, requested, available } = outcome;
      const detail = `${requested} of ${sku} are asked for, ${available} are left.`;
      return { code: 'insufficient-stock', detail };
    }
    case 'unknown-sku':
      return { code: 'product-unknown', detail: `The inventory does not hold ${outcome.sku}.` };
    case 'released':
      return { code: 'reservation-released', detail: `Order ${orderId} was released before.` };
    case 'differs':
      return {
        code: 'reservation-differs',
        detail: `Order ${orderId} reserved other items before.`,
      };
  }
}
