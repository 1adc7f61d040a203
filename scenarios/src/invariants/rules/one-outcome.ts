import { createViolationList, sayInFlight, type OrderFacts, type Rule } from '../model.ts';
import { sayCents, sayCount } from '../money.ts';

/** An order is confirmed with all of its effects, or failed with none left. */
export const oneOutcome: Rule = {
  name: 'one-outcome',
  title: 'All or nothing',
  needs: ['orders', 'payments', 'inventory', 'shipping'],
  begin() {
    const violations = createViolationList();
    let confirmed = 0;
    let failed = 0;
    return {
      settled(order) {
        if (order.orders?.state === 'confirmed') confirmed += 1;
        else if (order.orders?.state === 'failed') failed += 1;
        const wrong =
          order.orders?.state === 'confirmed' ? missingEffects(order) : leftEffects(order);
        if (wrong.length === 0) return;
        const state = order.orders?.state ?? 'unknown';
        violations.add(order.orderId, `${state}, but ${wrong.join(', ')}`, order.orders?.traceId);
      },
      result: (_facts, { inFlight }) => ({
        evidence:
          `${sayCount(confirmed)} confirmed with all effects, ${sayCount(failed)} failed with ` +
          `none${sayInFlight(inFlight)}${violations.overflow()}`,
        violations: violations.all,
      }),
    };
  },
};

function keptCents({ payments }: OrderFacts): number {
  return (payments?.capturedCents ?? 0) - (payments?.refundedCents ?? 0);
}

function missingEffects(order: OrderFacts): string[] {
  const wrong: string[] = [];
  if (keptCents(order) <= 0 && (order.orders?.totalCents ?? 0) > 0) wrong.push('no money kept');
  if ((order.inventory?.items ?? []).length === 0) wrong.push('no stock reserved');
  if ((order.shipping?.shipments ?? 0) === 0) wrong.push('no shipment');
  return wrong;
}

function leftEffects(order: OrderFacts): string[] {
  const wrong: string[] = [];
  if (keptCents(order) > 0) wrong.push(`${sayCents(keptCents(order))} kept`);
  if ((order.inventory?.items ?? []).length > 0) wrong.push('stock still reserved');
  if ((order.shipping?.shipments ?? 0) > 0) wrong.push('a shipment is left');
  return wrong;
}
