import { ORDER_WITNESSES, type OrderFacts, type OrderWitness } from './model.ts';
import { WitnessError, type Questions, type RowPage } from './witness.ts';

type Row = RowPage['rows'][number];

/** Most pages of one service: a bound against a service that never ends. */
const MAXIMUM_PAGES = 20_000;

/**
 * Reads the orders of all services side by side, joined by order id, one page of each in memory.
 *
 * ```
 * orders     a b c d | e f g h |        a range of order ids is read from orders first,
 * payments   a   c d |   f g   |        and from the others afterwards: what had settled
 * shipping   a     d |   f     |        when orders was read has its effects by then
 * ```
 *
 * A service that fails is reported once, and left out from then on.
 */
export async function* joinOrders(
  questions: Questions,
  witnesses: readonly OrderWitness[],
  onFailure: (error: WitnessError) => void,
): AsyncGenerator<OrderFacts> {
  const others = ORDER_WITNESSES.filter((name) => name !== 'orders' && witnesses.includes(name));
  const cursors = new Map(others.map((name) => [name, createCursor(questions, name)]));
  const orders = createCursor(questions, 'orders');
  for (;;) {
    const page = await orders.nextPage().catch((error: unknown) => {
      onFailure(asWitnessError('orders', error));
      return null;
    });
    if (page === null) return;
    const upTo = page.next;
    const joined = new Map<string, OrderFacts>();
    for (const row of page.rows)
      joined.set(row.orderId, { orderId: row.orderId, orders: row as never });
    await Promise.all(
      [...cursors].map(async ([name, cursor]) => {
        try {
          for (const row of await cursor.upTo(upTo)) {
            const order = joined.get(row.orderId) ?? { orderId: row.orderId };
            joined.set(row.orderId, { ...order, [name]: row });
          }
        } catch (error) {
          cursors.delete(name);
          onFailure(asWitnessError(name, error));
        }
      }),
    );
    yield* joined.values();
    if (upTo === null) return;
  }
}

/** Walks through the rows of one service. */
interface Cursor {
  /** The next page; `next` is null on the last. */
  nextPage(): Promise<RowPage>;
  /** All rows not read yet up to and including this order id; null: all there are. */
  upTo(orderId: string | null): Promise<Row[]>;
}

function createCursor(questions: Questions, name: OrderWitness): Cursor {
  let after: string | null = null;
  let pages = 0;

  const ask = async (): Promise<RowPage> => {
    if (++pages > MAXIMUM_PAGES) throw new Error(`more than ${MAXIMUM_PAGES} pages`);
    const page: RowPage = await questions.page(name, after);
    let last = after;
    for (const { orderId } of page.rows) {
      if (last !== null && orderId <= last)
        throw new Error(`order ids do not ascend at ${orderId}`);
      last = orderId;
    }
    if (page.next !== null && page.next !== last) {
      throw new Error(`next is ${page.next.slice(0, 80)}, not the last id of its page`);
    }
    return page;
  };

  return {
    async nextPage() {
      const page = await ask();
      after = page.next;
      return page;
    },
    async upTo(orderId) {
      const rows: Row[] = [];
      for (;;) {
        const page = await ask();
        // What lies behind the range is read again with its own range: its orders are not read yet.
        const within = page.rows.filter((row) => orderId === null || row.orderId <= orderId);
        rows.push(...within);
        after = within.at(-1)?.orderId ?? after;
        if (page.next === null || within.length < page.rows.length) return rows;
      }
    },
  };
}

function asWitnessError(name: OrderWitness, error: unknown): WitnessError {
  if (error instanceof WitnessError) return error;
  return new WitnessError(name, error instanceof Error ? error.message : String(error));
}
