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

/** Where stock and reservations are kept. Every method is one transaction. */
export interface ReservationRepository {
  /** Sets `items` aside for the order, once: a repetition finds what the first one did. */
  reserve(orderId: string, items: readonly Item[]): Promise<ReserveOutcome>;
  /** Puts the order's items back, or leaves the mark that a later reservation finds. */
  release(orderId: string): Promise<{ released: readonly Item[] }>;
  findStock(skus: readonly string[]): Promise<Stock[]>;
}

type ReservationRow = Pick<Reservation, 'state' | 'items'>;

/** Creates the repository over PostgreSQL. */
export function createReservationRepository(database: Database): ReservationRepository {
  return {
    reserve: (orderId, items) =>
      database.transaction((transaction) => reserve(transaction, orderId, normaliseItems(items))),
    release: (orderId) => database.transaction((transaction) => release(transaction, orderId)),
    findStock: (skus) =>
      database.query<Stock>(
        'select stock',
        'SELECT sku, available FROM stock WHERE sku = ANY($1) ORDER BY sku',
        [skus],
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
  const shelf = await transaction.query<Stock>(
    'lock stock',
    'SELECT sku, available FROM stock WHERE sku = ANY($1) ORDER BY sku FOR UPDATE',
    [items.map(({ sku }) => sku)],
  );
  const shortage = findShortage(items, shelf);
  if (shortage) return shortage;
  await transaction.query(
    'insert reservation',
    `INSERT INTO reservations (order_id, state, items) VALUES ($1, 'reserved', $2)`,
    [orderId, JSON.stringify(items)],
  );
  await moveStock(transaction, items, 1);
  return {
    kind: 'reserved',
    reservation: { orderId, state: 'reserved', items },
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
  await transaction.query(
    'upsert release',
    `INSERT INTO reservations (order_id, state, items, released_at)
     VALUES ($1, 'released', '[]', now())
     ON CONFLICT (order_id) DO UPDATE SET state = 'released', released_at = now()`,
    [orderId],
  );
  if (items.length > 0) {
    await transaction.query(
      'lock stock',
      'SELECT sku FROM stock WHERE sku = ANY($1) ORDER BY sku FOR UPDATE',
      [items.map(({ sku }) => sku)],
    );
    await moveStock(transaction, items, -1);
  }
  return { released: items };
}

/**
 * Makes reserve and release of one order wait for each other until the transaction ends, also
 * while there is no row yet that could be locked, and reads the reservation as it then is.
 */
async function lockOrder(
  transaction: Transaction,
  orderId: string,
): Promise<ReservationRow | undefined> {
  await transaction.query('lock order', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    orderId,
  ]);
  const [row] = await transaction.query<ReservationRow>(
    'select reservation',
    'SELECT state, items FROM reservations WHERE order_id = $1',
    [orderId],
  );
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
