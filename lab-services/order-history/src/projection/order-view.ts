import type { OrderPayload } from '../log/history-event.ts';
import type { LogEntry } from '../log/history-log.ts';

/** Something that happened to an order, as its timeline tells it. */
export interface TimelineEntry {
  /** Milliseconds since the Unix epoch. */
  occurredAt: number;
  type: string;
  /** Place in the order's stream; null of events from before there were streams. */
  orderVersion: number | null;
  /** Place in this service's log. */
  position: number;
  eventId: string;
  correlationId: string;
  traceId: string | null;
  failure: NonNullable<OrderPayload['failure']> | null;
}

/** An order as this service shows it. */
export interface OrderView {
  orderId: string;
  customerId: string;
  state: 'pending' | 'confirmed' | 'failed';
  items: { sku: string; quantity: number; name: string; unitPriceCents: number }[];
  totalCents: number;
  currency: string;
  failure: NonNullable<OrderPayload['failure']> | null;
  fulfilment: { stock: string; payment: string; shipment: string };
  version: number;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  updatedAt: number;
  /** At most {@link LONGEST_TIMELINE}: what comes on top is counted in the view, not shown. */
  timeline: TimelineEntry[];
}

/** An order has some ten events; this bounds what a stream that went wrong can grow to. */
export const LONGEST_TIMELINE = 200;

const PROGRESS: Readonly<Record<string, Partial<OrderView['fulfilment']>>> = {
  'order.stock-reserved': { stock: 'reserved' },
  'order.stock-released': { stock: 'released' },
  'order.charged': { payment: 'charged' },
  'order.refunded': { payment: 'refunded' },
  'order.shipped': { shipment: 'shipped' },
  'order.shipment-cancelled': { shipment: 'cancelled' },
};
const OUTCOMES: Readonly<Record<string, OrderView['state']>> = {
  'order.confirmed': 'confirmed',
  'order.failed': 'failed',
};

/**
 * The view after one more entry of the log. Pure. The view follows from its timeline, which is in
 * the order in which things happened: an event that comes late (a dead letter that was sent again)
 * takes its place, whatever came before it.
 */
export function project(view: OrderView | undefined, entry: LogEntry): OrderView {
  const { orderId, customerId, totalCents, currency } = entry.payload;
  const timeline = insert(view?.timeline ?? [], toTimelineEntry(entry));
  const outcome = timeline.findLast(({ type }) => type in OUTCOMES);
  return {
    orderId,
    customerId,
    state: outcome ? (OUTCOMES[outcome.type] ?? 'pending') : 'pending',
    items: view && isPriced(view) ? view.items : toItems(entry.payload),
    totalCents,
    currency,
    failure: outcome?.failure ?? null,
    fulfilment: timeline.reduce((state, { type }) => ({ ...state, ...PROGRESS[type] }), {
      stock: 'none',
      payment: 'none',
      shipment: 'none',
    }),
    version: Math.max(view?.version ?? 0, entry.payload.orderVersion ?? timeline.length),
    createdAt: timeline[0]?.occurredAt ?? entry.occurredAt,
    updatedAt: timeline.at(-1)?.occurredAt ?? entry.occurredAt,
    timeline,
  };
}

function toTimelineEntry(entry: LogEntry): TimelineEntry {
  const { occurredAt, type, position, eventId, correlationId, traceId, payload } = entry;
  return {
    occurredAt,
    type,
    orderVersion: payload.orderVersion ?? null,
    position,
    eventId,
    correlationId,
    traceId,
    failure: payload.failure ?? null,
  };
}

function insert(timeline: readonly TimelineEntry[], entry: TimelineEntry): TimelineEntry[] {
  if (timeline.length >= LONGEST_TIMELINE) return [...timeline];
  return [...timeline, entry].sort(
    (a, b) =>
      a.occurredAt - b.occurredAt ||
      (a.orderVersion ?? 0) - (b.orderVersion ?? 0) ||
      a.position - b.position,
  );
}

function isPriced(view: OrderView): boolean {
  return view.items.every(({ name, sku }) => name !== sku);
}

/** Events from before they told names and prices: the sku for the name, the mean for the price. */
function toItems({ items, totalCents }: OrderPayload): OrderView['items'] {
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const mean = Math.max(1, Math.round(totalCents / units));
  return items.map(({ sku, quantity, name = sku, unitPriceCents = mean }) => ({
    sku,
    quantity,
    name,
    unitPriceCents,
  }));
}
