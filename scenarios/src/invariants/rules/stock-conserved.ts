import { createViolationList, sayInFlight, type OrderFacts, type Rule } from '../model.ts';
import { sayCount } from '../money.ts';

type Items = readonly { sku: string; quantity: number }[];

/**
 * initial = available + reserved for every sku, and what is reserved for settled orders is what
 * the confirmed ones contain. Orders in flight may hold stock: with none in flight the two sums of
 * a sku must be equal, otherwise what is reserved is at least what confirmed orders hold.
 */
export const stockConserved: Rule = {
  name: 'stock-conserved',
  title: 'Stock is neither made nor lost',
  needs: ['orders', 'inventory'],
  begin() {
    const violations = createViolationList();
    const held = new Map<string, number>();
    return {
      settled(order) {
        const due = order.orders?.state === 'confirmed' ? order.orders.items : [];
        for (const { sku, quantity } of due) held.set(sku, (held.get(sku) ?? 0) + quantity);
        const difference = compare(due, order.inventory?.items ?? []);
        if (difference) {
          violations.add(order.orderId, `${stateOf(order)}: ${difference}`, order.orders?.traceId);
        }
      },
      result({ inventory }, { inFlight }) {
        let initial = 0;
        let available = 0;
        let reserved = 0;
        for (const stock of inventory.stock) {
          initial += stock.initial;
          available += stock.available;
          reserved += stock.reserved;
          const found = stock.available + stock.reserved;
          if (found !== stock.initial || stock.available < 0) {
            const sum = `initial ${stock.initial} ≠ available ${stock.available} + reserved ${stock.reserved}`;
            violations.add(stock.sku, stock.available < 0 ? `oversold: ${sum}` : sum);
          }
          const due = held.get(stock.sku) ?? 0;
          if (inFlight === 0 ? stock.reserved !== due : stock.reserved < due) {
            violations.add(
              stock.sku,
              `reserved ${stock.reserved}, but confirmed orders hold ${due}`,
            );
          }
        }
        const sign = initial === available + reserved ? '=' : '≠';
        const confirmed = [...held.values()].reduce((sum, quantity) => sum + quantity, 0);
        return {
          evidence:
            `initial ${sayCount(initial)} ${sign} available ${sayCount(available)} + reserved ` +
            `${sayCount(reserved)} over ${inventory.stock.length} skus; confirmed orders hold ` +
            `${sayCount(confirmed)}${sayInFlight(inFlight)}${violations.overflow()}`,
          violations: violations.all,
        };
      },
    };
  },
};

function stateOf({ orders }: OrderFacts): string {
  return orders ? `${orders.state} order` : 'an unknown order';
}

/** How the reservation of an order differs from what is due; undefined when it does not. */
function compare(due: Items, reserved: Items): string | undefined {
  const balance = new Map<string, number>();
  for (const { sku, quantity } of reserved) balance.set(sku, (balance.get(sku) ?? 0) + quantity);
  for (const { sku, quantity } of due) balance.set(sku, (balance.get(sku) ?? 0) - quantity);
  const wrong = [...balance].find(([, quantity]) => quantity !== 0);
  if (!wrong) return undefined;
  const [sku, quantity] = wrong;
  return quantity > 0 ? `${quantity} × ${sku} too many reserved` : `${-quantity} × ${sku} missing`;
}
