import type { Fleet } from '@faultline/fleet';
import type { z } from 'zod';
import {
  catalogFactsSchema,
  inventoryFactsSchema,
  notificationRowsSchema,
  notificationsFactsSchema,
  orderRowsSchema,
  ordersFactsSchema,
  paymentRowsSchema,
  paymentsFactsSchema,
  reservationRowsSchema,
  shipmentRowsSchema,
  shippingFactsSchema,
} from './facts.ts';
import type { OrderWitness, Witness } from './model.ts';

/** Shapes of what each service tells. */
export const STATEMENTS = {
  orders: { sums: ordersFactsSchema, rows: orderRowsSchema },
  payments: { sums: paymentsFactsSchema, rows: paymentRowsSchema },
  inventory: { sums: inventoryFactsSchema, rows: reservationRowsSchema },
  shipping: { sums: shippingFactsSchema, rows: shipmentRowsSchema },
  notifications: { sums: notificationsFactsSchema, rows: notificationRowsSchema },
  catalog: { sums: catalogFactsSchema },
  psp: { sums: paymentsFactsSchema, rows: paymentRowsSchema },
} as const;

/** Rows of one page. */
export const PAGE_ROWS = 1_000;
const CALL_TIMEOUT_MS = 5_000;
/** A page of 1,000 rows is some 200 KB; what is much larger is not a page. */
const MAXIMUM_BODY_BYTES = 8 * 1024 * 1024;

/** A service could not be asked, or what it said makes no sense. */
export class WitnessError extends Error {
  readonly witness: Witness;

  constructor(witness: Witness, message: string) {
    super(message);
    this.witness = witness;
  }
}

/** One page of rows by ascending order id; `next` is null on the last. */
export interface RowPage {
  rows: readonly { orderId: string }[];
  next: string | null;
}

/** Asks the services for their facts, directly: no proxy, no fault in between. */
export interface Questions {
  /** In the shape of {@link STATEMENTS}; throws {@link WitnessError}. */
  sums(name: Witness): Promise<unknown>;
  /** One page of rows from behind `after`; throws {@link WitnessError}. */
  page(name: OrderWitness, after: string | null): Promise<RowPage>;
}

/** Creates questions to one ready instance of each service of `fleet`. */
export function createQuestions(fleet: Fleet, signal: AbortSignal): Questions {
  const ask = async <Shape extends z.ZodType>(
    name: Witness,
    path: string,
    shape: Shape,
  ): Promise<z.output<Shape>> => {
    const instance = fleet
      .status()
      .services.find((service) => service.name === name)
      ?.instances.find(({ state }) => state === 'ready');
    const base = instance ? fleet.directUrl(instance.id) : null;
    if (!instance || base === null) throw new WitnessError(name, 'no instance is ready');
    try {
      const response = await fetch(new URL(path, base), {
        headers: { authorization: `Bearer ${fleet.internalToken}` },
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      });
      const text = await readBounded(response);
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const parsed = shape.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new Error(`field ${issue?.path.join('.')}: ${issue?.message}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new WitnessError(name, `${instance.id} on ${path.split('?', 1)[0]}: ${reason}`);
    }
  };
  return {
    sums: (name) => ask<z.ZodType>(name, '/internal/audit', STATEMENTS[name].sums),
    page(name, after) {
      const query = new URLSearchParams({ limit: String(PAGE_ROWS) });
      if (after !== null) query.set('after', after);
      return ask<z.ZodType<RowPage>>(
        name,
        `/internal/audit/orders?${query.toString()}`,
        STATEMENTS[name].rows,
      );
    },
  };
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > MAXIMUM_BODY_BYTES) throw new Error(`more than ${MAXIMUM_BODY_BYTES} bytes`);
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}
