import { createViolationList, sayInFlight, type Rule } from '../model.ts';
import { sayCents } from '../money.ts';

/** captured - refunded = sum of confirmed orders, in all and for every order. */
export const moneyConserved: Rule = {
  name: 'money-conserved',
  title: 'Money is neither made nor lost',
  needs: ['orders', 'payments'],
  begin() {
    const violations = createViolationList();
    let captured = 0;
    let refunded = 0;
    let confirmed = 0;
    return {
      settled({ orderId, orders, payments }) {
        const kept = (payments?.capturedCents ?? 0) - (payments?.refundedCents ?? 0);
        const due = orders?.state === 'confirmed' ? orders.totalCents : 0;
        captured += payments?.capturedCents ?? 0;
        refunded += payments?.refundedCents ?? 0;
        confirmed += due;
        if (kept === due) return;
        const what = orders ? `${orders.state} order over ${sayCents(due)}` : 'an unknown order';
        violations.add(orderId, `${what} kept ${sayCents(kept)}`, orders?.traceId);
      },
      result(_facts, { inFlight }) {
        const kept = captured - refunded;
        const sign = kept === confirmed ? '=' : '≠';
        return {
          evidence:
            `captured ${sayCents(captured)} - refunded ${sayCents(refunded)} ${sign} ` +
            `confirmed ${sayCents(confirmed)}${sayInFlight(inFlight)}${violations.overflow()}`,
          violations: violations.all,
        };
      },
    };
  },
};
