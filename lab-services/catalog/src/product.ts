import { z } from 'zod';

/** Identity of a product in the whole shop: `P-0001`. */
export const skuSchema = z.string().regex(/^P-\d{4}$/);

/** A product as this service tells of it. */
export const productSchema = z.object({
  sku: skuSchema,
  name: z.string(),
  description: z.string(),
  priceCents: z.int().min(1),
  /** ISO 4217. */
  currency: z.string().length(3),
  /** Grows with every change. */
  version: z.int().min(1),
});

/** See {@link productSchema}. */
export type Product = z.infer<typeof productSchema>;
