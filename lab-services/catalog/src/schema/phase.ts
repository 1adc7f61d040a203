/**
 * The phases of moving prices from columns of `products` to table `prices`.
 *
 * ```
 * phase        writes      reads
 * before       old         old
 * expand       old         old     table `prices` is there, empty
 * dual-write   old + new   old
 * backfill     old + new   old     the rest is copied, in batches
 * read-new     old + new   new
 * contract     new         new     the old columns go; the way back makes and fills them again
 * ```
 *
 * Neighbours agree on what is written for the other to read, so instances may learn of a phase at
 * different moments.
 */
export const PHASES = [
  'before',
  'expand',
  'dual-write',
  'backfill',
  'read-new',
  'contract',
] as const;
/** See {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** Whether prices are written to the columns of `products`. */
export const writesOld = (phase: Phase): boolean => phase !== 'contract';

/** Whether prices are written to table `prices`. */
export const writesNew = (phase: Phase): boolean => phase !== 'before' && phase !== 'expand';

/** Whether prices are read from table `prices`. */
export const readsNew = (phase: Phase): boolean => phase === 'read-new' || phase === 'contract';

/** Whether one may go from a phase to another: to a neighbour, forth and back. */
export function mayMove(from: Phase, to: Phase): boolean {
  return Math.abs(PHASES.indexOf(to) - PHASES.indexOf(from)) <= 1;
}

/** SQL for products as `phase` reads them: what to select, and from where. */
export function productsIn(phase: Phase): { columns: string; from: string } {
  return readsNew(phase)
    ? {
        columns: `products.sku, name, description, prices.amount_cents AS "priceCents",
          prices.currency, version`,
        from: 'products JOIN prices ON prices.sku = products.sku',
      }
    : {
        columns: `products.sku, name, description, price_cents AS "priceCents",
          products.currency, version`,
        from: 'products',
      };
}
