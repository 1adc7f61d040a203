import { createViolationList, sayInFlight, type Rule } from '../model.ts';
import { sayCents } from '../money.ts';

/** Captured and given back at the provider = captured and given back at payments, order by order. */
export const providerAgrees: Rule = {
  name: 'provider-agrees',
  title: 'The payment provider’s books agree',
  needs: ['orders', 'payments', 'psp'],
  begin() {
    const violations = createViolationList();
    let ours = 0;
    let theirs = 0;
    return {
      settled({ orderId, orders, payments, psp }) {
        const kept = (payments?.capturedCents ?? 0) - (payments?.refundedCents ?? 0);
        const keptThere = (psp?.capturedCents ?? 0) - (psp?.refundedCents ?? 0);
        ours += kept;
        theirs += keptThere;
        if ((payments?.capturedCents ?? 0) === (psp?.capturedCents ?? 0) && kept === keptThere)
          return;
        violations.add(
          orderId,
          `payments kept ${sayCents(kept)} of ${sayCents(payments?.capturedCents ?? 0)}, the ` +
            `provider ${sayCents(keptThere)} of ${sayCents(psp?.capturedCents ?? 0)}`,
          orders?.traceId,
        );
      },
      result: (_facts, { inFlight }) => ({
        evidence:
          `payments kept ${sayCents(ours)} ${ours === theirs ? '=' : '≠'} the provider kept ` +
          `${sayCents(theirs)}${sayInFlight(inFlight)}${violations.overflow()}`,
        violations: violations.all,
      }),
    };
  },
};
