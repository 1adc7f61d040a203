import { service as inventory } from '@faultline/inventory';
import { service as orders } from '@faultline/orders';
import { answerWith, createUpstream } from '@faultline/chassis/testing';
import { until } from '../../lab/wait.ts';
import { startParticipant } from './provider.ts';

const PRICES = {
  products: [{ sku: 'P-0001', name: 'Walnut desk', priceCents: 12_900, currency: 'EUR' }],
};
const DECLINED = {
  type: 'about:blank',
  title: 'Payment required',
  status: 402,
  code: 'payment-declined',
  detail: 'Declined.',
};

/** The real orders service and inventory; the others behind it answer as in fair weather. */
export interface OpenOrders extends AsyncDisposable {
  /** @param name correlation id and key; `declined` is declined by the payments */
  place(name: string): Promise<{ status: number; body: unknown }>;
  published(): Promise<unknown[]>;
}

/** Starts orders. @param links URLs of services that take the place of a fair-weather one */
export async function openOrders(
  links: Readonly<Record<string, string>> = {},
): Promise<OpenOrders> {
  await using services = new AsyncDisposableStack();
  const catalog = services.use(await createUpstream(answerWith(200, PRICES)));
  const stock = services.use(await startParticipant(inventory));
  const done = services.use(await createUpstream(answerWith(200, {})));
  const payments = services.use(
    await createUpstream((request, response) => {
      const declines = request.headers['x-correlation-id'] === 'declined';
      const answer = declines ? answerWith(402, DECLINED) : answerWith(201, {});
      answer(request, response);
    }),
  );
  const urlOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}`;
  const provider = services.use(
    await startParticipant(orders, {
      catalog: urlOf(catalog),
      inventory: stock.url,
      payments: urlOf(payments),
      shipping: urlOf(done),
      ...links,
    }),
  );
  const parts = services.move();
  return {
    place: (name) => place(provider.url, name),
    published: () => provider.published('orders.events'),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** What the real orders service publishes for an order that succeeds and for one that fails. */
export async function publishOrderEvents(): Promise<Record<string, unknown>> {
  await using provider = await openOrders();
  await provider.place('confirmed');
  await provider.place('declined');
  return await until('both outcomes on the topic', async () => {
    const events = (await provider.published()) as { type: string }[];
    const byType = Object.fromEntries(events.map((event) => [event.type, event]));
    return 'order.confirmed' in byType && 'order.failed' in byType && byType;
  });
}

async function place(url: string, name: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': name,
      'x-correlation-id': name,
    },
    body: JSON.stringify({ customerId: 'customer-001', items: [{ sku: 'P-0001', quantity: 1 }] }),
  });
  return { status: response.status, body: await response.json() };
}
