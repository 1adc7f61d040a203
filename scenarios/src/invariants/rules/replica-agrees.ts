import { createViolationList, type Facts, type Rule } from '../model.ts';
import { sayCents, sayCount } from '../money.ts';

/** A copy may be behind for as long as an event may be on its way, milliseconds. */
export const BEHIND_FOR_MS = 10_000;

type Price = Facts['catalog']['prices'][number];
type Copy = Facts['orders']['replica'][number];

/** The prices that orders keeps are the catalog's, but for changes of the last 10 s. */
export const replicaAgrees: Rule = {
  name: 'replica-agrees',
  title: 'Copies of prices agree with the catalog',
  needs: ['orders', 'catalog'],
  begin: () => ({
    settled: () => undefined,
    result({ orders, catalog }, { now }) {
      const violations = createViolationList();
      const copies = new Map(orders.replica.map((copy) => [copy.sku, copy]));
      let agreeing = 0;
      let underWay = 0;
      for (const price of catalog.prices) {
        const copy = copies.get(price.sku);
        if (copy && agrees(price, copy)) agreeing += 1;
        else if (isUnderWay(price, copy, now)) underWay += 1;
        else violations.add(price.sku, tellApart(price, copy, now));
      }
      const sold = new Set(catalog.prices.map(({ sku }) => sku));
      for (const { sku } of orders.replica) {
        if (!sold.has(sku))
          violations.add(sku, 'orders has a copy, the catalog has no such product');
      }
      const late = underWay === 0 ? '' : ` · ${sayCount(underWay)} changed a moment ago`;
      return {
        evidence: `${sayCount(agreeing)} of ${sayCount(catalog.prices.length)} copies agree${late}${violations.overflow()}`,
        violations: violations.all,
      };
    },
  }),
};

function agrees(price: Price, copy: Copy): boolean {
  return (
    copy.version === price.version &&
    copy.priceCents === price.priceCents &&
    copy.currency === price.currency
  );
}

function isUnderWay(price: Price, copy: Copy | undefined, now: number): boolean {
  return (copy?.version ?? 0) < price.version && now - price.changedAt <= BEHIND_FOR_MS;
}

function tellApart(price: Price, copy: Copy | undefined, now: number): string {
  const seconds = Math.round((now - price.changedAt) / 1000);
  const original = `catalog: version ${price.version}, ${sayCents(price.priceCents)} ${price.currency}, for ${seconds} s`;
  if (!copy) return `orders: no copy; ${original}`;
  return `orders: version ${copy.version}, ${sayCents(copy.priceCents)} ${copy.currency}; ${original}`;
}
