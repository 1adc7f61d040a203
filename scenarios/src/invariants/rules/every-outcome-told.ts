import { createViolationList, type OrderFacts, type Rule } from '../model.ts';
import { sayCount } from '../money.ts';

/**
 * An outcome that nobody was told of counts as lost when one that is so much younger was told,
 * milliseconds: partitions are read side by side, and one may be behind another.
 */
const BEHIND_MS = 10_000;
/** Most untold orders that are remembered during a check. */
const MOST_UNTOLD = 10_000;

/** A customer is told of the outcome of every order: no event is lost between commit and consumer. */
export const everyOutcomeTold: Rule = {
  name: 'every-outcome-told',
  title: 'No event is lost',
  needs: ['orders', 'notifications'],
  begin() {
    const violations = createViolationList();
    const untold: { order: NonNullable<OrderFacts['orders']>; settledAt: number }[] = [];
    let told = 0;
    let latestTold = -Infinity;
    return {
      settled({ orders, notifications }) {
        if (!orders || orders.settledAt === null) return;
        const { settledAt } = orders;
        if ((notifications?.confirmed ?? 0) + (notifications?.failed ?? 0) > 0) {
          told += 1;
          latestTold = Math.max(latestTold, settledAt);
        } else if (untold.length < MOST_UNTOLD) {
          untold.push({ order: orders, settledAt });
        }
      },
      result({ orders }) {
        // What still waits in the outbox is late, not lost.
        const lost =
          orders.outboxPending > 0
            ? []
            : untold.filter(({ settledAt }) => settledAt < latestTold - BEHIND_MS);
        for (const { order } of lost) {
          const detail = `nobody was told that it is ${order.state}`;
          violations.add(order.orderId, detail, order.traceId);
        }
        const waiting = untold.length - lost.length;
        const late = waiting > 0 ? ` · ${sayCount(waiting)} not told yet` : '';
        return {
          evidence: `${sayCount(told)} outcomes told, ${sayCount(lost.length)} lost${late}${violations.overflow()}`,
          violations: violations.all,
        };
      },
    };
  },
};
