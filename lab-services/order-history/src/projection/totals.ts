import type { OrderView } from './order-view.ts';

/** What changes for a customer. */
export interface CustomerDelta {
  customerId: string;
  orders: number;
  confirmed: number;
  failed: number;
  confirmedCents: number;
}

/** What changes for a product. */
export interface SellerDelta {
  sku: string;
  units: number;
  revenueCents: number;
}

/** Collects how sums change while views do: what an order counts for now, less what it did before. */
export interface TotalsDelta {
  replace(before: OrderView | undefined, after: OrderView): void;
  customers(): CustomerDelta[];
  sellers(): SellerDelta[];
}

/** Creates an empty delta. */
export function createTotalsDelta(): TotalsDelta {
  const customers = new Map<string, CustomerDelta>();
  const sellers = new Map<string, SellerDelta>();

  function count(view: OrderView, sign: 1 | -1): void {
    const { customerId } = view;
    const none = { customerId, orders: 0, confirmed: 0, failed: 0, confirmedCents: 0 };
    const customer = customers.get(customerId) ?? none;
    customers.set(customerId, customer);
    customer.orders += sign;
    if (view.state === 'failed') customer.failed += sign;
    if (view.state !== 'confirmed') return;
    customer.confirmed += sign;
    customer.confirmedCents += sign * view.totalCents;
    for (const { sku, quantity, unitPriceCents } of view.items) {
      const seller = sellers.get(sku) ?? { sku, units: 0, revenueCents: 0 };
      sellers.set(sku, seller);
      seller.units += sign * quantity;
      seller.revenueCents += sign * quantity * unitPriceCents;
    }
  }

  // Sorted, so that transactions lock rows in one order.
  const by = (a: string, b: string) => (a < b ? -1 : 1);
  return {
    replace(before, after) {
      if (before) count(before, -1);
      count(after, 1);
    },
    customers: () =>
      [...customers.values()]
        .filter(({ orders, confirmed, failed, confirmedCents }) =>
          [orders, confirmed, failed, confirmedCents].some((change) => change !== 0),
        )
        .sort((a, b) => by(a.customerId, b.customerId)),
    sellers: () =>
      [...sellers.values()]
        .filter(({ units, revenueCents }) => units !== 0 || revenueCents !== 0)
        .sort((a, b) => by(a.sku, b.sku)),
  };
}
