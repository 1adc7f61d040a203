import type { z } from 'zod';
import type {
  catalogFactsSchema,
  inventoryFactsSchema,
  notificationRowsSchema,
  notificationsFactsSchema,
  orderRowsSchema,
  ordersFactsSchema,
  paymentRowsSchema,
  paymentsFactsSchema,
  reservationRowsSchema,
  shipmentRowsSchema,
  shippingFactsSchema,
} from './facts.ts';

/** The services that know of orders: they are asked for rows, too. */
export const ORDER_WITNESSES = [
  'orders',
  'payments',
  'inventory',
  'shipping',
  'notifications',
  'psp',
] as const;
/** See {@link ORDER_WITNESSES}. */
export type OrderWitness = (typeof ORDER_WITNESSES)[number];

/** The services that are asked. */
export const WITNESSES = [...ORDER_WITNESSES, 'catalog'] as const;
/** See {@link WITNESSES}. */
export type Witness = (typeof WITNESSES)[number];

/** The sums each service told. */
export interface Facts {
  orders: z.infer<typeof ordersFactsSchema>;
  payments: z.infer<typeof paymentsFactsSchema>;
  inventory: z.infer<typeof inventoryFactsSchema>;
  shipping: z.infer<typeof shippingFactsSchema>;
  notifications: z.infer<typeof notificationsFactsSchema>;
  catalog: z.infer<typeof catalogFactsSchema>;
  psp: z.infer<typeof paymentsFactsSchema>;
}

type RowOf<Page extends z.ZodType<{ rows: unknown[] }>> = z.infer<Page>['rows'][number];

/** What each service knows of one order; undefined where it knows nothing. */
export interface OrderFacts {
  orderId: string;
  orders?: RowOf<typeof orderRowsSchema> | undefined;
  payments?: RowOf<typeof paymentRowsSchema> | undefined;
  inventory?: RowOf<typeof reservationRowsSchema> | undefined;
  shipping?: RowOf<typeof shipmentRowsSchema> | undefined;
  notifications?: RowOf<typeof notificationRowsSchema> | undefined;
  /** In the books of the payment provider. */
  psp?: RowOf<typeof paymentRowsSchema> | undefined;
}

/** One breach: what, and what is wrong with it. */
export interface Violation {
  /** Order id, sku, saga id, or the service that could not be asked. */
  subject: string;
  detail: string;
  traceId?: string;
}

/** What became of one invariant. */
export interface InvariantResult {
  name: string;
  title: string;
  holds: boolean;
  /** The sum behind it, for people. */
  evidence: string;
  violations: Violation[];
}

/**
 * One invariant: fed with every order once, in any order, then asked. Orders in flight are not
 * fed to `settled`: half of their effects may rightly be there.
 */
export interface Rule {
  name: string;
  title: string;
  /** The services without which nothing can be said. */
  needs: readonly Witness[];
  begin(): RuleRun;
}

/** One check of a rule. */
export interface RuleRun {
  settled(order: OrderFacts): void;
  result(facts: Facts, context: { now: number; inFlight: number }): Verdict;
}

/** What a rule found. */
export interface Verdict {
  evidence: string;
  violations: Violation[];
}

/** Most violations of one invariant that are told; the evidence says how many there are. */
export const MAXIMUM_VIOLATIONS = 100;

/** Collects violations, and counts those beyond the limit. */
export interface ViolationList {
  add(subject: string, detail: string, traceId?: string | null): void;
  readonly all: Violation[];
  /** ` (100 of 250 shown)`, or nothing. */
  overflow(): string;
}

/** Creates an empty list. */
export function createViolationList(): ViolationList {
  const all: Violation[] = [];
  let count = 0;
  return {
    add(subject, detail, traceId) {
      count += 1;
      if (all.length >= MAXIMUM_VIOLATIONS) return;
      all.push({ subject, detail, ...(traceId ? { traceId } : {}) });
    },
    all,
    overflow: () => (count > all.length ? ` (${all.length} of ${count} violations shown)` : ''),
  };
}

/** ` · 3 orders in flight not counted`, or nothing. */
export function sayInFlight(inFlight: number): string {
  if (inFlight === 0) return '';
  return ` · ${inFlight} ${inFlight === 1 ? 'order' : 'orders'} in flight not counted`;
}
