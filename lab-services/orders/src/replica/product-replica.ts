import type { Queryable } from '@faultline/chassis';
import type { Price } from '../order/order.ts';

/** A product as the catalog told of it last. */
export interface ReplicaProduct extends Price {
  /** The catalog's count of changes, from 1; 0 if it is not known. */
  version: number;
}

/** Rows of the local copy, for whoever compares it with the catalog. */
export type ReplicaRow = Omit<ReplicaProduct, 'name'>;

/** Products among `skus` that the local copy has. */
export function readReplica(
  queryable: Queryable,
  skus: readonly string[],
): Promise<ReplicaProduct[]> {
  return queryable.query<ReplicaProduct>(
    'select product replica',
    `SELECT sku, name, price_cents AS "priceCents", currency, version
     FROM product_replica WHERE sku = ANY($1)`,
    [skus],
  );
}

/** Takes over products that are newer than the copy; an older version changes nothing. */
export async function writeReplica(
  queryable: Queryable,
  products: readonly ReplicaProduct[],
): Promise<void> {
  // Sorted, so that transactions lock rows in one order.
  const sorted = [...products].sort((a, b) => (a.sku < b.sku ? -1 : 1));
  await queryable.query(
    'upsert product replica',
    `INSERT INTO product_replica AS copy (sku, name, price_cents, currency, version)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::int[])
     ON CONFLICT (sku) DO UPDATE SET name = excluded.name, price_cents = excluded.price_cents,
       currency = excluded.currency, version = excluded.version, received_at = clock_timestamp()
     WHERE excluded.version > copy.version`,
    [
      sorted.map(({ sku }) => sku),
      sorted.map(({ name }) => name),
      sorted.map(({ priceCents }) => priceCents),
      sorted.map(({ currency }) => currency),
      sorted.map(({ version }) => version),
    ],
  );
}

/** The whole copy, at most `limit` rows by ascending sku. */
export function listReplica(queryable: Queryable, limit: number): Promise<ReplicaRow[]> {
  return queryable.query<ReplicaRow>(
    'audit product replica',
    `SELECT sku, price_cents AS "priceCents", currency, version
     FROM product_replica ORDER BY sku LIMIT $1`,
    [limit],
  );
}
