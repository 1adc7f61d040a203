import {
  createInbox,
  isTransientError,
  readPayload,
  type Chassis,
  type ConsumerDefinition,
} from '@faultline/chassis';
import { z } from 'zod';
import { writeReplica } from './product-replica.ts';

const productSchema = z.object({
  sku: z.string().min(1).max(64),
  name: z.string().min(1).max(500),
  priceCents: z.int().min(1),
  currency: z.string().length(3),
  version: z.int().min(1),
});

const TYPES = new Set(['product.created', 'product.changed']);

/** Keeps the local copy of the catalog's products up to date. */
export function createCatalogEventsConsumer(
  chassis: Pick<Chassis, 'database' | 'telemetry' | 'policy'>,
): ConsumerDefinition {
  const inbox = createInbox({ chassis, consumer: 'orders.replica' });
  return {
    topic: 'catalog.events',
    group: 'orders.replica',
    isTransient: isTransientError,
    async handle(event) {
      if (!TYPES.has(event.type)) return;
      const product = readPayload(event, productSchema);
      await chassis.database.transaction((transaction) =>
        inbox.once(transaction, event, () => writeReplica(transaction, [product])),
      );
    },
  };
}
