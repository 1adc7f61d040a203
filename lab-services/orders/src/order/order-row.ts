import type { Queryable } from '@faultline/chassis';
import { epochMs } from '../sql.ts';
import type { Order } from './order.ts';

/** Columns of table `orders` as an {@link Order}. */
export const ORDER_COLUMNS = `order_id AS "orderId", customer_id AS "customerId", state, items,
  total_cents AS "totalCents", currency, failure,
  version, fulfilment,
  ${epochMs('created_at')} AS "createdAt", ${epochMs('updated_at')} AS "updatedAt"`;

/** One order's row; `FOR UPDATE` keeps it for the transaction. */
export async function findOrder(
  queryable: Queryable,
  orderId: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Order | undefined> {
  const [order] = await queryable.query<Order>(
    'select order',
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE order_id = $1 ${lock}`,
    [orderId],
  );
  return order;
}
