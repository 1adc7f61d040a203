import type { Queryable } from '@faultline/chassis';
import { epochMs } from '../sql.ts';
import type { Order } from './order.ts';

/** Where orders are read. They are written with their saga, by its repository. */
export interface OrderRepository {
  find(orderId: string): Promise<Order | undefined>;
  findByKey(idempotencyKey: string): Promise<Order | undefined>;
  /** The customer's orders, newest first. */
  list(customerId: string, limit: number): Promise<Order[]>;
}

const COLUMNS = `order_id AS "orderId", customer_id AS "customerId", state, items,
  total_cents AS "totalCents", currency, failure,
  ${epochMs('created_at')} AS "createdAt", ${epochMs('updated_at')} AS "updatedAt"`;

/** Creates the repository over PostgreSQL. */
export function createOrderRepository(database: Queryable): OrderRepository {
  return {
    async find(orderId) {
      const [order] = await database.query<Order>(
        'select order',
        `SELECT ${COLUMNS} FROM orders WHERE order_id = $1`,
        [orderId],
      );
      return order;
    },
    async findByKey(idempotencyKey) {
      const [order] = await database.query<Order>(
        'select order by key',
        `SELECT ${COLUMNS} FROM orders WHERE idempotency_key = $1`,
        [idempotencyKey],
      );
      return order;
    },
    list: (customerId, limit) =>
      database.query<Order>(
        'select orders of customer',
        `SELECT ${COLUMNS} FROM orders WHERE customer_id = $1
         ORDER BY created_at DESC, order_id LIMIT $2`,
        [customerId, limit],
      ),
  };
}
