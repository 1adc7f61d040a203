import type { Database, Transaction } from '@faultline/chassis';
import {
  findShortage,
  normaliseItems,
  sameItems,
  type Item,
  type Reservation,
  type ReserveOutcome,
  type Stock,
} from './reservation.ts';

/**
 * Where stock and reservations are kept. Every method is one transaction, or part of the caller's
 * if one is given.
 */
export interface ReservationRepository {
  /** Sets `items` aside for the order, once: a repetition finds what the first one did. */
  reserve(orderId: string, items: readonly Item[]): Promise<ReserveOutcome>;
  /**
   * Sets `items` aside on top of what the order holds. Whoever calls this sees to it that it
   * happens once: for events the inbox does.
   */
  add(
    transaction: Transaction,
    orderId: string,
    items: readonly Item[],
  ): Promise<Exclude<ReserveOutcome, { kind: 'differs' }>>;
  /** Puts the order's items back, or leaves the mark that a later reservation finds. */
  release(orderId: string, within?: Transaction): Promise<{ released: readonly Item[] }>;
  findStock(skus: readonly string[]): Promise<Stock[]>;
  /** Of every product, 10,000 at most. */
  findAllStock(): Promise<Stock[]>;
}

type ReservationRow = Pick<Reservation, 'state' | 'items'>;

/** Creates the repository over PostgreSQL. */
export function createReservationRepository(database: Database): ReservationRepository {
  return {
    reserve: (orderId, items) =>
      database.transaction((transaction) => reserve(transaction, orderId, normaliseItems(items))),
    add: async (transaction, orderId, items) => {
      const existing = await lockOrder(transaction, orderId);
      if (existing?.state === 'released') return { kind: 'released' };
      return setAside(transaction, orderId, normaliseItems(items), existing?.items ?? []);
    },
    release: (orderId, within) =>
      within
        ? release(within, orderId)
        : database.transaction((transaction) => release(transaction, orderId)),
    findStock: (skus) =>
      database.query<Stock>(
        'select stock',
        'SELECT sku, available FROM stock WHERE sku = ANY($1) ORDER BY sku',
        [skus],
      ),
    findAllStock: () =>
      database.query<Stock>(
        'select all stock',
        'SELECT sku, available FROM stock ORDER BY sku LIMIT 10000',
      ),
  };
}

async function reserve(
  transaction: Transaction,
  orderId: string,
  items: Item[],
): Promise<ReserveOutcome> {
  const existing = await lockOrder(transaction, orderId);
  if (existing?.state === 'released') return { kind: 'released' };
  if (existing) {
    if (!sameItems(existing.items, items)) return { kind: 'differs' };
    return { kind: 'reserved', reservation: { orderId, ...existing }, replayed: true };
  }
  return setAside(transaction, orderId, items, []);
}

/** Takes `items` (normalised) from the shelf for an order that is locked and holds `held`. */
async function setAside(
  transaction: Transaction,
  orderId: string,
  items: Item[],
  held: readonly Item[],
): Promise<Extract<ReserveOutcome, { kind: 'reserved' | 'insufficient' | 'unknown-sku' }>> {
  const shelf = await transaction.query<Stock>(
    'lock stock',
    'SELECT sku, available FROM stock WHERE sku = ANY($1) ORDER BY sku FOR UPDATE',
    [items.map(({ sku }) => sku)],
  );
  const shortage = findShortage(items, shelf);
  if (shortage) return shortage;
  const all = normaliseItems([...held, ...items]);
  await Promise.all([
    transaction.query(
      'upsert reservation',
      `INSERT INTO reservations (order_id, state, items) VALUES ($1, 'reserved', $2)
       ON CONFLICT (order_id) DO UPDATE SET items = $2`,
      [orderId, JSON.stringify(all)],
    ),
    moveStock(transaction, items, 1),
  ]);
  return {
    kind: 'reserved',
    reservation: { orderId, state: 'reserved', items: all },
    replayed: false,
  };
}

async function release(
  transaction: Transaction,
  orderId: string,
): Promise<{ released: readonly Item[] }> {
  const existing = await lockOrder(transaction, orderId);
  if (existing?.state === 'released') return { released: [] };
  const items = existing?.items ?? [];
  await Promise.all([
    transaction.query(
      'upsert release',
      `INSERT INTO reservations (order_id, state, items, released_at)
       VALUES ($1, 'released', '[]', now())
       ON CONFLICT (order_id) DO UPDATE SET state = 'released', released_at = now()`,
      [orderId],
    ),
    ...(items.length > 0 ? putBack(transaction, items) : []),
  ]);
  return { released: items };
}

function putBack(transaction: Transaction, items: readonly Item[]): Promise<unknown>[] {
  return [
    transaction.query(
      'lock stock',
      'SELECT sku FROM stock WHERE sku = ANY($1) ORDER BY sku FOR UPDATE',
      [items.map(({ sku }) => sku)],
    ),
    moveStock(transaction, items, -1),
  ];
}

/**
 * Makes reserve and release of one order wait for each other until the transaction ends, also
 * while there is no row yet that could be locked, and reads the reservation as it then is.
 */
async function lockOrder(
  transaction: Transaction,
  orderId: string,
): Promise<ReservationRow | undefined> {
  const [, [row]] = await Promise.all([
    transaction.query('lock order', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      orderId,
    ]),
    transaction.query<ReservationRow>(
      'select reservation',
      'SELECT state, items FROM reservations WHERE order_id = $1',
      [orderId],
    ),
  ]);
  return row;
}

/** Moves items from available to reserved (`sign` 1) or back (-1). Rows are locked already. */
async function moveStock(
  transaction: Transaction,
  items: readonly Item[],
  sign: 1 | -1,
): Promise<void> {
  await transaction.query(
    'update stock',
    `UPDATE stock
     SET available = available - moved.quantity, reserved = reserved + moved.quantity
     FROM unnest($1::text[], $2::int[]) AS moved (sku, quantity)
     WHERE stock.sku = moved.sku`,
    [items.map(({ sku }) => sku), items.map(({ quantity }) => sign * quantity)],
  );
}
