import { createViolationList, type Rule } from '../model.ts';
import { sayCount } from '../money.ts';

/** An unfinished saga older than this is stuck, milliseconds. */
export const STUCK_AFTER_MS = 30_000;

/** No saga is unfinished for longer than 30 s. */
export const noStuckSaga: Rule = {
  name: 'no-stuck-saga',
  title: 'Every saga ends',
  needs: ['orders'],
  begin() {
    const violations = createViolationList();
    return {
      settled: () => undefined,
      result({ orders }, { now }) {
        const { running, compensating, stuck } = orders.sagas;
        const unfinished = running + compensating + stuck;
        for (const saga of orders.unfinished) {
          const ageMs = now - saga.startedAt;
          if (ageMs <= STUCK_AFTER_MS && saga.state !== 'stuck') continue;
          const reason = saga.reason === null ? '' : `: ${saga.reason}`;
          violations.add(
            saga.sagaId,
            `order ${saga.orderId} is ${saga.state} at ${saga.step} for ${Math.round(ageMs / 1000)} s${reason}`,
            saga.traceId,
          );
        }
        if (stuck > 0 && violations.all.length === 0) {
          violations.add('orders', `${stuck} sagas are stuck, but none of them was listed`);
        }
        const oldest = Math.max(0, ...orders.unfinished.map((saga) => now - saga.startedAt));
        const age = unfinished === 0 ? '' : `, the oldest for ${(oldest / 1000).toFixed(1)} s`;
        return {
          evidence: `${sayCount(unfinished)} unfinished${age}; ${sayCount(stuck)} stuck${violations.overflow()}`,
          violations: violations.all,
        };
      },
    };
  },
};
