import type { RpcService } from '@faultline/chassis';
import { problem } from '@faultline/chassis';
import { z } from 'zod';
import type { Events } from './events.ts';
import type { ReservationRepository } from './reservation-repository.ts';
import { explainRefusal, itemSchema } from './reservation.ts';
import type { StockWatch } from './stock-watch.ts';

const orderId = z.string().min(1).max(64);
const checkStock = z.object({ skus: z.array(itemSchema.shape.sku).max(100) });
const reserveStock = z.object({
  ...itemSchema.shape,
  orderId,
  furtherLines: z.array(itemSchema).max(49),
});
const watchStock = z.object({ skus: z.array(itemSchema.shape.sku).max(1_000) });
const releaseStock = z.object({ orderId });

/** The service `inventory.v1.Inventory`: what the REST routes do, and a stream of the stock. */
export function createRpc(parts: {
  reservations: ReservationRepository;
  stock: StockWatch;
  events: Events;
}): RpcService {
  const { reservations, stock, events } = parts;
  const read = { scopes: ['inventory:read'] };
  const write = { scopes: ['inventory:write'] };
  return {
    proto: new URL('../proto/inventory.v1.proto', import.meta.url),
    service: 'inventory.v1.Inventory',
    methods: {
      CheckStock: {
        access: read,
        async handle(message) {
          const { skus } = parse(checkStock, message);
          return { stock: await reservations.findStock(skus) };
        },
      },
      ReserveStock: {
        access: write,
        async handle(message) {
          const asked = parse(reserveStock, message);
          const items = [{ sku: asked.sku, quantity: asked.quantity }, ...asked.furtherLines];
          const outcome = await reservations.reserve(asked.orderId, items);
          events.reservationAnswered(asked.orderId, outcome);
          if (outcome.kind === 'reserved') return { success: true, reservationId: asked.orderId };
          const { code, detail } = explainRefusal(asked.orderId, outcome);
          return { success: false, errorCode: code, errorMessage: detail };
        },
      },
      ReleaseStock: {
        access: write,
        async handle(message) {
          const asked = parse(releaseStock, message);
          const { released } = await reservations.release(asked.orderId);
          events.reservationReleased(asked.orderId, released);
          return { released };
        },
      },
      WatchStock: {
        access: read,
        async stream(message, { signal }) {
          return stock.watch(parse(watchStock, message).skus, signal);
        },
      },
    },
  };
}

function parse<Message>(schema: z.ZodType<Message>, message: unknown): Message {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'message';
  throw problem(400, 'invalid-request', `${field}: ${issue?.message ?? 'is not valid'}`);
}
