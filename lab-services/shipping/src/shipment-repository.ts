import type { Database } from '@faultline/chassis';
import type { Shipment, ShipOutcome } from './shipment.ts';

/** Where shipments are kept. Every method is one statement or one transaction. */
export interface ShipmentRepository {
  /** Creates the order's shipment, once; `trackingCode` is used if it is the first request. */
  create(orderId: string, trackingCode: string): Promise<ShipOutcome>;
  /** Cancels the order's shipment, or leaves the mark that a later request finds. */
  cancel(orderId: string): Promise<Shipment>;
  find(orderId: string): Promise<Shipment | undefined>;
}

const COLUMNS = 'order_id AS "orderId", state, tracking_code AS "trackingCode"';

/** Creates the repository over PostgreSQL. */
export function createShipmentRepository(database: Database): ShipmentRepository {
  async function find(orderId: string): Promise<Shipment | undefined> {
    const [row] = await database.query<Shipment>(
      'select shipment',
      `SELECT ${COLUMNS} FROM shipments WHERE order_id = $1`,
      [orderId],
    );
    return row;
  }

  return {
    find,
    async create(orderId, trackingCode) {
      const [created] = await database.query<Shipment>(
        'insert shipment',
        `INSERT INTO shipments (order_id, state, tracking_code) VALUES ($1, 'created', $2)
         ON CONFLICT (order_id) DO NOTHING RETURNING ${COLUMNS}`,
        [orderId, trackingCode],
      );
      if (created) return { kind: 'created', shipment: created, replayed: false };
      // Rows are never deleted: what stood in the way of the insert is still there.
      const existing = await find(orderId);
      if (!existing) throw new Error(`shipment of order ${orderId} vanished`);
      return existing.state === 'created'
        ? { kind: 'created', shipment: existing, replayed: true }
        : { kind: 'cancelled' };
    },
    async cancel(orderId) {
      const [cancelled] = await database.query<Shipment>(
        'upsert cancellation',
        `INSERT INTO shipments (order_id, state, cancelled_at) VALUES ($1, 'cancelled', now())
         ON CONFLICT (order_id) DO UPDATE
         SET state = 'cancelled', cancelled_at = coalesce(shipments.cancelled_at, now())
         RETURNING ${COLUMNS}`,
        [orderId],
      );
      if (!cancelled) throw new Error(`cancellation of order ${orderId} returned no row`);
      return cancelled;
    },
  };
}
