import type { Queryable } from '@faultline/chassis';
import { ORDER_COLUMNS, findOrder } from './order-row.ts';
import { replayOrder } from './order-stream.ts';
import type { Order } from './order.ts';

/** Where orders are read. They are written with their saga, by its repository. */
export interface OrderRepository {
  find(orderId: string): Promise<Order | undefined>;
  /** The order as it was at `atMs`, milliseconds since the Unix epoch, by replay of its events. */
  findAt(orderId: string, atMs: number): Promise<Order | undefined>;
  /** The first of the orders with this key: while it was not looked at there may be more. */
  findByKey(idempotencyKey: string): Promise<Order | undefined>;
  /** The customer's orders, newest first. */
  list(customerId: string, limit: number): Promise<Order[]>;
}

/** Creates the repository over PostgreSQL. */
export function createOrderRepository(database: Queryable): OrderRepository {
  return {
    find: (orderId) => findOrder(database, orderId),
    findAt: (orderId, atMs) => replayOrder(database, orderId, atMs),
    async findByKey(idempotencyKey) {
      const [order] = await database.query<Order>(
        'select order by key',
        `SELECT ${ORDER_COLUMNS} FROM orders WHERE idempotency_key = $1
         ORDER BY created_at LIMIT 1`,
        [idempotencyKey],
      );
      return order;
    },
    list: (customerId, limit) =>
      database.query<Order>(
        'select orders of customer',
        `SELECT ${ORDER_COLUMNS} FROM orders WHERE customer_id = $1
         ORDER BY created_at DESC, order_id LIMIT $2`,
        [customerId, limit],
      ),
  };
}
