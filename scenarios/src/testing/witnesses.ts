import type { OrderWitness, Witness } from '../invariants/model.ts';
import { STATEMENTS, WitnessError, type Questions, type RowPage } from '../invariants/witness.ts';

/** Row of one order in one service. */
export type Row = { orderId: string } & Record<string, unknown>;

/** What all services say; tests break it in one place each. */
export interface Story {
  sums: Record<Witness, Record<string, unknown>>;
  rows: Record<OrderWitness, Row[]>;
}

const items = [{ sku: 'tea', quantity: 2 }];

const prices = () => [
  { sku: 'tea', priceCents: 1000, currency: 'EUR', version: 3, changedAt: 500_000 },
  // Changed a moment ago: the copy may be behind.
  { sku: 'mug', priceCents: 800, currency: 'EUR', version: 2, changedAt: 999_000 },
];
const copies = () => [
  { sku: 'tea', priceCents: 1000, currency: 'EUR', version: 3 },
  { sku: 'mug', priceCents: 700, currency: 'EUR', version: 1 },
];

const unfinished = () => [
  {
    sagaId: 'saga-4',
    orderId: 'o-4',
    state: 'running',
    step: 'charge',
    startedAt: 999_000,
    traceId: null,
    reason: null,
  },
];

/** Two confirmed orders, a failed one that was refunded, and one in flight with half its effects. */
export function soundStory(): Story {
  return {
    sums: {
      orders: {
        orders: { pending: 1, confirmed: 2, failed: 1 },
        confirmedCents: 4000,
        sagas: { running: 1, compensating: 0, completed: 2, compensated: 1, stuck: 0 },
        outboxPending: 0,
        replica: copies(),
        unfinished: unfinished(),
      },
      payments: { capturedCents: 6000, refundedCents: 1500 },
      inventory: { stock: [{ sku: 'tea', initial: 100, available: 94, reserved: 6 }] },
      shipping: { shipments: 2, cancelled: 1 },
      notifications: { sent: 3, deadLettered: 0 },
      psp: { capturedCents: 6000, refundedCents: 1500 },
      catalog: { prices: prices(), outboxPending: 0 },
    },
    rows: {
      orders: [
        { orderId: 'o-1', state: 'confirmed', totalCents: 2000, items, traceId: 'a'.repeat(32) },
        { orderId: 'o-2', state: 'confirmed', totalCents: 2000, items, traceId: null },
        { orderId: 'o-3', state: 'failed', totalCents: 1500, items, traceId: null },
        { orderId: 'o-4', state: 'pending', totalCents: 500, items, traceId: null },
      ],
      payments: [
        { orderId: 'o-1', captures: 1, capturedCents: 2000, refundedCents: 0 },
        { orderId: 'o-2', captures: 1, capturedCents: 2000, refundedCents: 0 },
        { orderId: 'o-3', captures: 1, capturedCents: 1500, refundedCents: 1500 },
        { orderId: 'o-4', captures: 1, capturedCents: 500, refundedCents: 0 },
      ],
      inventory: [
        { orderId: 'o-1', items },
        { orderId: 'o-2', items },
        { orderId: 'o-4', items },
      ],
      shipping: [
        { orderId: 'o-1', shipments: 1 },
        { orderId: 'o-2', shipments: 1 },
      ],
      notifications: [
        { orderId: 'o-1', confirmed: 1, failed: 0 },
        { orderId: 'o-3', confirmed: 0, failed: 1 },
      ],
      psp: [
        { orderId: 'o-1', captures: 1, capturedCents: 2000, refundedCents: 0 },
        { orderId: 'o-2', captures: 1, capturedCents: 2000, refundedCents: 0 },
        { orderId: 'o-3', captures: 1, capturedCents: 1500, refundedCents: 1500 },
        { orderId: 'o-4', captures: 1, capturedCents: 500, refundedCents: 0 },
      ],
    },
  };
}

/** Answers from a story, page by page, in the shapes of the real services. */
export function tell(story: Story, pageRows = 2): Questions {
  return {
    async sums(name) {
      const sums = STATEMENTS[name].sums.safeParse(story.sums[name]);
      if (sums.success) return sums.data;
      throw new WitnessError(name, 'makes no sense');
    },
    async page(name, after): Promise<RowPage> {
      const behind = story.rows[name].filter((row) => after === null || row.orderId > after);
      const rows = behind.slice(0, pageRows);
      const next = behind.length > pageRows ? (rows.at(-1)?.orderId ?? null) : null;
      const page = STATEMENTS[name].rows.safeParse({ rows, next });
      if (page.success) return page.data;
      throw new WitnessError(name, 'makes no sense');
    },
  };
}
