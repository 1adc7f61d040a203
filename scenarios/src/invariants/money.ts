const AMOUNT = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const COUNT = new Intl.NumberFormat('en-US');

/** Cents as an amount of currency: `1,204.00`. */
export function sayCents(cents: number): string {
  return AMOUNT.format(cents / 100);
}

/** A count with separators: `1,204`. */
export function sayCount(count: number): string {
  return COUNT.format(count);
}
