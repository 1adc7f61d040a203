import { z } from 'zod';

/**
 * What services tell the invariant checker about their own data. Every service that takes part
 * answers `GET /internal/audit` (sums, one consistent snapshot) and
 * `GET /internal/audit/orders?after=<orderId>&limit=<1..5000>` (rows by ascending order id,
 * `next` = last id of a full page, null at the end), both with `Authorization: Bearer
 * INTERNAL_TOKEN`. Money is in cents, times are milliseconds since the Unix epoch.
 */
const count = z.int().min(0);
const cents = z.int();

function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ rows: z.array(row), next: z.string().nullable() });
}

const itemSchema = z.object({ sku: z.string(), quantity: z.int().min(1) });

/** `orders`: the sagas' owner. */
export const ordersFactsSchema = z.object({
  orders: z.object({ pending: count, confirmed: count, failed: count }),
  confirmedCents: cents,
  sagas: z.object({
    running: count,
    compensating: count,
    completed: count,
    compensated: count,
    stuck: count,
  }),
  outboxPending: count,
  /** The local copy of the catalog's prices. */
  replica: z.array(
    z.object({ sku: z.string(), priceCents: cents, currency: z.string(), version: count }),
  ),
  /** At most 100, oldest first. */
  unfinished: z.array(
    z.object({
      sagaId: z.string(),
      orderId: z.string(),
      state: z.string(),
      step: z.string(),
      startedAt: z.number(),
      traceId: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
export const orderRowsSchema = pageOf(
  z.object({
    orderId: z.string(),
    state: z.enum(['pending', 'confirmed', 'failed']),
    totalCents: cents,
    items: z.array(itemSchema),
    /** Earlier orders with the same idempotency key. */
    repeats: count.default(0),
    /** When its outcome came to be; null while it is pending. */
    settledAt: z.number().nullable().default(null),
    traceId: z.string().nullable(),
  }),
);

/** `payments`, and likewise `psp`: the provider's own books of the same orders. */
export const paymentsFactsSchema = z.object({ capturedCents: cents, refundedCents: cents });
export const paymentRowsSchema = pageOf(
  z.object({
    orderId: z.string(),
    captures: count,
    capturedCents: cents,
    refundedCents: cents,
  }),
);

/** `inventory`: initial = available + reserved, for every sku. */
export const inventoryFactsSchema = z.object({
  stock: z.array(
    z.object({ sku: z.string(), initial: count, available: z.int(), reserved: count }),
  ),
});
export const reservationRowsSchema = pageOf(
  z.object({ orderId: z.string(), items: z.array(itemSchema) }),
);

/** `shipping`: shipments that are not cancelled. */
export const shippingFactsSchema = z.object({ shipments: count, cancelled: count });
export const shipmentRowsSchema = pageOf(z.object({ orderId: z.string(), shipments: count }));

/** `notifications`: how often a customer was told of an order's outcome. */
export const notificationsFactsSchema = z.object({ sent: count, deadLettered: count });
export const notificationRowsSchema = pageOf(
  z.object({ orderId: z.string(), confirmed: count, failed: count }),
);

/** `catalog`: what copies of its prices must come to. */
export const catalogFactsSchema = z.object({
  prices: z.array(
    z.object({
      sku: z.string(),
      priceCents: cents,
      currency: z.string(),
      version: count,
      changedAt: z.number(),
    }),
  ),
  outboxPending: count,
});
