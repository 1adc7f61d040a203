import { demandOwner, demandSight, maySee, problem, type Chassis } from '@faultline/chassis';
import { HEADER } from '@faultline/chassis/core';
import { z } from 'zod';
import type { Order, OrderRequest, Orders, Placed } from './orders.ts';
import { customerIdSchema } from './orders.ts';
import { skuSchema, type Product, type ProductPage, type Products } from './products.ts';

/**
 * What every version and every shape of the API can do: the same rules about who may do what, said
 * once. Failures are thrown problems.
 */
export interface Shop {
  products(page: Page): Promise<{ products: Product[]; stale: boolean }>;
  product(sku: string): Promise<ProductPage>;
  /** The products among `skus` that are known. */
  productsAmong(skus: readonly string[]): Promise<Product[]>;
  /** Whoever is logged in orders in their own name; without a key one is made. */
  place(request: OrderRequest, key: string | undefined): PlacedUnderKey;
  order(orderId: string): Promise<Order>;
  /** Newest first; of whoever is logged in unless somebody is named. */
  orders(customerId: string | undefined, limit: number): Promise<Order[]>;
}

/** Told whatever the answer: who got none, or an error, can ask again without ordering twice. */
export interface PlacedUnderKey {
  key: string;
  placed: Promise<Placed>;
}

/** A page of products. */
export interface Page {
  /** The last sku of the page before. */
  after: string;
  limit: number;
}

/** Everybody may look at products, and is known if they are logged in; orders are somebody's. */
export const VISITOR = { access: 'visitor' } as const;
/** See {@link VISITOR}. */
export const USER = { access: 'user' } as const;

/** What requests of every version have in common. */
export const pageQuerySchema = z.object({
  after: z.string().max(16).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const skuParamsSchema = z.object({ sku: skuSchema });
export const orderParamsSchema = z.object({ orderId: z.string().min(1).max(64) });
export const keyHeadersSchema = z.object({
  [HEADER.idempotencyKey]: z.string().min(1).max(200).optional(),
});
export const limitSchema = z.coerce.number().int().min(1).max(100).default(20);
export const ordersQuerySchema = z.object({
  customerId: customerIdSchema.optional(),
  limit: limitSchema,
});

interface Parts {
  products: Products;
  orders: Orders;
  chassis: Pick<Chassis, 'context' | 'ids'>;
}

/** Creates the shop over its parts. */
export function createShop({ products, orders, chassis }: Parts): Shop {
  const context = () => chassis.context();

  /** Whoever is logged in, unless it was said whom it is about. */
  function customerOf(said: string | undefined): string {
    const customerId = said ?? context()?.user?.id;
    if (customerId !== undefined) return customerId;
    throw problem(400, 'customer-required', 'Say whose order it is with customerId, or log in.');
  }

  async function place(request: OrderRequest, key: string): Promise<Placed> {
    const customerId = customerOf(request.customerId);
    demandOwner(context(), customerId);
    return orders.place({ ...request, customerId }, key);
  }

  return {
    products: (page) => products.list(page),
    product: (sku) => products.page(sku, context()?.user?.id),
    productsAmong: (skus) => products.among(skus),
    place(request, given) {
      const key = given ?? chassis.ids.next();
      return { key, placed: place(request, key) };
    },
    async order(orderId) {
      const order = await orders.find(orderId);
      if (maySee(context(), order.customerId)) return order;
      throw problem(404, 'order-not-found', `There is no order ${orderId}.`);
    },
    async orders(said, limit) {
      const customerId = customerOf(said);
      demandSight(context(), customerId);
      return (await orders.list(customerId, limit)).orders;
    },
  };
}
