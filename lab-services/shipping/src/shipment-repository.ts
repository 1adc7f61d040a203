import type { Database, Queryable, Transaction } from '@faultline/chassis';
import { decideRefusal, type Shipment, type ShipOutcome } from './shipment.ts';

/** A request to ship. */
export interface ShipRequest {
  orderId: string;
  units: number;
  /** Used if it is the first request. */
  trackingCode: string;
}

/** Where shipments are kept. Statements run in the caller's transaction if one is given. */
export interface ShipmentRepository {
  /** Creates the order's shipment, once. */
  create(request: ShipRequest): Promise<ShipOutcome>;
  /**
   * Sends a parcel, whatever was sent for the order before. Whoever calls this sees to it that it
   * happens once: for events the inbox does.
   */
  send(transaction: Transaction, request: ShipRequest): Promise<ShipOutcome>;
  /** Cancels the order's shipment, or leaves the mark that a later request finds. */
  cancel(orderId: string, within?: Transaction): Promise<Shipment>;
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
    async create({ orderId, units, trackingCode }) {
      const detail = decideRefusal(units);
      if (detail !== null) return { kind: 'refused', detail };
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
    async send(transaction, { orderId, units, trackingCode }) {
      const detail = decideRefusal(units);
      if (detail !== null) return { kind: 'refused', detail };
      const [sent] = await transaction.query<Shipment>(
        'upsert shipment',
        `INSERT INTO shipments (order_id, state, tracking_code) VALUES ($1, 'created', $2)
         ON CONFLICT (order_id) DO UPDATE SET parcels = shipments.parcels + 1
         WHERE shipments.state = 'created' RETURNING ${COLUMNS}`,
        [orderId, trackingCode],
      );
      return sent ? { kind: 'created', shipment: sent, replayed: false } : { kind: 'cancelled' };
    },
    async cancel(orderId, within) {
      const queryable: Queryable = within ?? database;
      const [cancelled] = await queryable.query<Shipment>(
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
