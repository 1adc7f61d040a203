import { createViolationList, type Rule } from '../model.ts';
import { sayCount } from '../money.ts';

/** No order is placed twice with one key, captured, shipped, or told of the same outcome more than once. */
export const noDoubleEffect: Rule = {
  name: 'no-double-effect',
  title: 'Nothing happens twice',
  needs: ['orders', 'payments', 'shipping', 'notifications'],
  begin() {
    const violations = createViolationList();
    let orderCount = 0;
    let captures = 0;
    let shipments = 0;
    let messages = 0;
    return {
      settled({ orderId, orders, payments, shipping, notifications }) {
        orderCount += 1;
        captures += payments?.captures ?? 0;
        shipments += shipping?.shipments ?? 0;
        messages += (notifications?.confirmed ?? 0) + (notifications?.failed ?? 0);
        const effects: [string, number | undefined][] = [
          ['captured', payments?.captures],
          ['shipped', shipping?.shipments],
          ['told of its confirmation', notifications?.confirmed],
          ['told of its failure', notifications?.failed],
        ];
        for (const [what, times = 0] of effects) {
          if (times > 1) violations.add(orderId, `${what} ${times} times`, orders?.traceId);
        }
        if ((orders?.repeats ?? 0) > 0) {
          const detail = 'ordered once more with the idempotency key of an earlier order';
          violations.add(orderId, detail, orders?.traceId);
        }
        if ((notifications?.confirmed ?? 0) > 0 && (notifications?.failed ?? 0) > 0) {
          violations.add(orderId, 'told of both outcomes', orders?.traceId);
        }
      },
      result: () => ({
        evidence:
          `${sayCount(orderCount)} orders: ${sayCount(captures)} captures, ` +
          `${sayCount(shipments)} shipments, ${sayCount(messages)} messages${violations.overflow()}`,
        violations: violations.all,
      }),
    };
  },
};
