/**
 * Names of fields that hold amounts and quantities, by their ends: `totalCents`, `captured_value`,
 * `quantity`, `available`.
 */
const AMOUNT = /(cents|amount|price|total|value|quantity|available|reserved|stock)$/i;
/** Money as some write it: `12.50`. */
const DECIMAL = /^\d{1,12}(\.\d{1,4})?$/;

/**
 * A copy of `value` whose amounts and quantities are wrong; everything else is as it was. Wrong is
 * every number, and every string that is a decimal number, in a field whose name ends in `cents`,
 * `amount`, `price`, `total`, `value`, `quantity`, `available`, `reserved` or `stock`: it is a tenth
 * more than it should be, and one more at least. Whole numbers stay whole, and digits after the point
 * stay as many.
 */
export function distort(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(distort);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      AMOUNT.test(name) ? distortAmount(field) : distort(field),
    ]),
  );
}

/** The same for a body of JSON; undefined for anything that is none. */
export function distortJson(body: string): string | undefined {
  try {
    return JSON.stringify(distort(JSON.parse(body)));
  } catch {
    return undefined;
  }
}

/** The same for each message of a stream, for as long as `isWrong` says so. */
export async function* distortEach<Message>(
  messages: AsyncIterable<Message>,
  isWrong: () => boolean,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    yield isWrong() ? (distort(message) as Message) : message;
  }
}

function distortAmount(field: unknown): unknown {
  if (typeof field === 'number') return field + moreThan(field, Number.isInteger(field));
  if (typeof field === 'string' && DECIMAL.test(field)) {
    const digits = field.split('.')[1]?.length ?? 0;
    return (Number(field) + moreThan(Number(field), digits === 0)).toFixed(digits);
  }
  if (Array.isArray(field)) {
    return field.map((one) => (typeof one === 'object' ? distort(one) : distortAmount(one)));
  }
  return distort(field);
}

function moreThan(amount: number, whole: boolean): number {
  const more = Math.max(1, Math.abs(amount) / 10);
  return whole ? Math.round(more) : more;
}
