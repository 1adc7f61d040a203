import type { Chassis, DomainEvent } from '@faultline/chassis';
import type { Product } from './product.ts';

/** Topic of everything that happens to products, keyed by sku. */
export const CATALOG_EVENTS_TOPIC = 'catalog.events';

/** Payload of `product.created` and `product.changed`, version 1. */
export type ProductEventPayload = Pick<
  Product,
  'sku' | 'name' | 'priceCents' | 'currency' | 'version'
>;

/** The event that tells of a product as it is now. */
export function productEvent(
  { ids, clock, context }: Pick<Chassis, 'ids' | 'clock' | 'context'>,
  { sku, name, priceCents, currency, version }: Product,
): DomainEvent<ProductEventPayload> {
  const id = ids.next();
  return {
    id,
    type: version === 1 ? 'product.created' : 'product.changed',
    version: 1,
    occurredAt: clock.now(),
    key: sku,
    correlationId: context()?.correlationId ?? id,
    payload: { sku, name, priceCents, currency, version },
  };
}
