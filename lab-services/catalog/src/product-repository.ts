import type { Database, Transaction } from '@faultline/chassis';
import type { ProductChange } from './change-product.ts';
import type { Product } from './product.ts';
import type { CurrentPhase } from './schema/current-phase.ts';
import { productsIn, readsNew, writesNew, writesOld, type Phase } from './schema/phase.ts';

/** Where products are kept. */
export interface ProductRepository {
  /** Products by ascending sku, from the first after `after`. */
  list(page: { after: string; limit: number }): Promise<Product[]>;
  /** The products among `skus` that exist, by ascending sku. */
  findMany(skus: readonly string[]): Promise<Product[]>;
  /**
   * Changes a product and counts its version up.
   *
   * @param announced whether its event cannot be lost
   * @returns undefined if there is none
   */
  update(
    transaction: Transaction,
    sku: string,
    change: ProductChange,
    announced: boolean,
  ): Promise<Product | undefined>;
  /** Products that no event was written for yet, at most `limit`; from now on one was. */
  takeUnannounced(transaction: Transaction, limit: number): Promise<Product[]>;
  /** All products, held for the transaction: nobody changes one meanwhile. */
  lockAll(transaction: Transaction): Promise<Product[]>;
}

/** Creates the repository over PostgreSQL; `phaseOf` says where prices are at the moment. */
export function createProductRepository(
  database: Database,
  phaseOf: CurrentPhase,
): ProductRepository {
  return {
    async list({ after, limit }) {
      const { columns, from } = productsIn(await phaseOf());
      return database.read<Product>(
        'select products page',
        `SELECT ${columns} FROM ${from} WHERE products.sku > $1 ORDER BY products.sku LIMIT $2`,
        [after, limit],
      );
    },
    async findMany(skus) {
      const { columns, from } = productsIn(await phaseOf());
      return database.read<Product>(
        'select products by sku',
        `SELECT ${columns} FROM ${from} WHERE products.sku = ANY($1) ORDER BY products.sku`,
        [skus],
      );
    },
    async update(transaction, sku, change, announced) {
      const phase = await phaseOf();
      if (!(await updateProduct(transaction, phase, sku, change, announced))) return undefined;
      if (writesNew(phase)) await updatePrice(transaction, phase, sku, change);
      const [product] = await selectIn(transaction, phase, [sku]);
      return product;
    },
    async takeUnannounced(transaction, limit) {
      const phase = await phaseOf();
      const taken = await transaction.query<{ sku: string }>(
        'take unannounced products',
        `UPDATE products SET announced_version = version
         WHERE sku IN (SELECT sku FROM products WHERE announced_version < version
           ORDER BY sku LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING sku`,
        [limit],
      );
      return selectIn(
        transaction,
        phase,
        taken.map(({ sku }) => sku),
      );
    },
    async lockAll(transaction) {
      const { columns, from } = productsIn(await phaseOf());
      return transaction.query<Product>(
        'lock products',
        `SELECT ${columns} FROM ${from} ORDER BY products.sku FOR UPDATE`,
      );
    },
  };
}

function selectIn(transaction: Transaction, phase: Phase, skus: string[]): Promise<Product[]> {
  const { columns, from } = productsIn(phase);
  return transaction.query<Product>(
    'select products by sku',
    `SELECT ${columns} FROM ${from} WHERE products.sku = ANY($1) ORDER BY products.sku`,
    [skus],
  );
}

async function updateProduct(
  transaction: Transaction,
  phase: Phase,
  sku: string,
  { name, priceCents, currency }: ProductChange,
  announced: boolean,
): Promise<boolean> {
  const price = writesOld(phase)
    ? ', price_cents = coalesce($4::int, price_cents), currency = coalesce($5::text, currency)'
    : '';
  const values = [sku, name ?? null, announced];
  if (writesOld(phase)) values.push((priceCents ?? null) as never, currency ?? null);
  const updated = await transaction.query(
    'update product',
    `UPDATE products SET name = coalesce($2, name), version = version + 1,
       announced_version = CASE WHEN $3::boolean THEN version + 1 ELSE announced_version END,
       changed_at = clock_timestamp()${price}
     WHERE sku = $1 RETURNING sku`,
    values,
  );
  return updated.length === 1;
}

/** The product's row is locked by its own update, so writers of one price come one by one. */
async function updatePrice(
  transaction: Transaction,
  phase: Phase,
  sku: string,
  { priceCents, currency }: ProductChange,
): Promise<void> {
  // Whoever reads the table takes it for the truth: a neighbour may write nothing else any more.
  if (!readsNew(phase)) {
    await transaction.query(
      'copy price',
      `INSERT INTO prices (sku, amount_cents, currency)
       SELECT sku, price_cents, currency FROM products WHERE sku = $1
       ON CONFLICT (sku) DO UPDATE SET amount_cents = excluded.amount_cents,
         currency = excluded.currency`,
      [sku],
    );
    return;
  }
  await transaction.query(
    'update price',
    `UPDATE prices SET amount_cents = coalesce($2, amount_cents),
       currency = coalesce($3, currency) WHERE sku = $1`,
    [sku, priceCents ?? null, currency ?? null],
  );
}
