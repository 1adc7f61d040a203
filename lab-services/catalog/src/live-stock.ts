import type { Chassis, Worker } from '@faultline/chassis';
import { z } from 'zod';
import { skuSchema } from './product.ts';

/** This service's own copy: only what it uses. */
const INVENTORY = {
  proto: new URL('../proto/inventory.v1.proto', import.meta.url),
  service: 'inventory.v1.Inventory',
};

const levelSchema = z.object({ sku: skuSchema, available: z.int().min(0), at: z.int().min(0) });

/** Units on the shelf, and when the inventory read that (milliseconds since the Unix epoch). */
export const stockSchema = z.object({ available: z.int(), at: z.int() });

/** See {@link stockSchema}. */
export type LiveStock = z.infer<typeof stockSchema>;

/** The most products it remembers. */
const MOST = 10_000;

/** What the inventory tells of the stock, as it tells it. */
export interface StockFeed extends Worker {
  /** Null for what was not told, and while nobody tells: better nothing than what was once true. */
  of(sku: string): LiveStock | null;
}

/** Creates the feed over the stream of the inventory. */
export function createStockFeed({ link }: Pick<Chassis, 'link'>): StockFeed {
  const end = new AbortController();
  const levels = new Map<string, LiveStock>();
  let running: Promise<void> | undefined;

  async function follow(): Promise<void> {
    const stream = link('inventory').stream({
      operation: 'watch stock',
      call: { ...INVENTORY, method: 'WatchStock', message: { skus: [] } },
      message: levelSchema,
      signal: end.signal,
    });
    for await (const event of stream) {
      if (event.kind !== 'message') {
        levels.clear();
        continue;
      }
      const { sku, ...level } = event.message;
      if (levels.has(sku) || levels.size < MOST) levels.set(sku, level);
    }
  }

  return {
    name: 'stock feed',
    of: (sku) => levels.get(sku) ?? null,
    start() {
      running ??= follow();
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
    },
  };
}
