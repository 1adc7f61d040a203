import type { Chassis, Outbox, Transaction } from '@faultline/chassis';
import { z } from 'zod';
import { productEvent } from './product-events.ts';
import type { ProductRepository } from './product-repository.ts';
import { productSchema, type Product } from './product.ts';

/** A change of a product: any of these fields, at least one. */
export const productChangeSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    priceCents: productSchema.shape.priceCents.max(100_000_000),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change at least one field');

/** See {@link productChangeSchema}. */
export type ProductChange = z.infer<typeof productChangeSchema>;

export interface ProductChangesOptions {
  chassis: Pick<Chassis, 'database' | 'ids' | 'clock' | 'context' | 'policy'>;
  outbox: Outbox;
  products: ProductRepository;
}

/** Changes products and tells the others, both or neither. */
export interface ProductChanges {
  /** @returns the product as it is from now on; undefined if there is none */
  change(sku: string, change: ProductChange): Promise<Product | undefined>;
  /** Tells of products that nobody was told of yet, at most `limit`. @returns how many */
  announceNew(limit: number): Promise<number>;
  /** Tells of every product as it is now: mends copies that missed an event. @returns how many */
  announceAll(): Promise<number>;
  /**
   * Whether products changed while the outbox was off: their events may be lost, so they count as
   * not told.
   */
  owesNews(): boolean;
}

/** Creates the changes of products. */
export function createProductChanges(options: ProductChangesOptions): ProductChanges {
  const { chassis, outbox, products } = options;
  let owing = false;
  const tell = (transaction: Transaction, told: readonly Product[]) =>
    outbox.append(
      transaction,
      told.map((product) => productEvent(chassis, product)),
    );
  return {
    change: (sku, change) =>
      chassis.database.transaction(async (transaction) => {
        const certain = chassis.policy('outbox').enabled;
        owing ||= !certain;
        const product = await products.update(transaction, sku, change, certain);
        if (product) await tell(transaction, [product]);
        return product;
      }),
    announceNew: (limit) =>
      chassis.database.transaction(async (transaction) => {
        const told = await products.takeUnannounced(transaction, limit);
        if (told.length > 0) await tell(transaction, told);
        return told.length;
      }),
    owesNews() {
      const owed = owing && chassis.policy('outbox').enabled;
      if (owed) owing = false;
      return owed;
    },
    announceAll: () =>
      chassis.database.transaction(async (transaction) => {
        const told = await products.lockAll(transaction);
        await tell(transaction, told);
        return told.length;
      }),
  };
}
