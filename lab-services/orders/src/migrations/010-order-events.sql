-- Everything that happened to an order, in the order in which it happened. The row in `orders` is
-- the fold of these events, kept in the same transaction; `version` is the last one it has seen.
CREATE TABLE order_events (
  order_id text COLLATE "C" NOT NULL REFERENCES orders,
  version integer NOT NULL CHECK (version > 0),
  type text NOT NULL,
  -- Version of the payload's shape.
  schema_version integer NOT NULL DEFAULT 1,
  payload jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  correlation_id text NOT NULL,
  traceparent text,
  PRIMARY KEY (order_id, version)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER order_events_append_only BEFORE UPDATE OR DELETE ON order_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_events_no_truncate BEFORE TRUNCATE ON order_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- States on the way, so that a replay need not begin at the beginning. Deleting them changes no answer.
CREATE TABLE order_snapshots (
  order_id text COLLATE "C" NOT NULL REFERENCES orders,
  version integer NOT NULL,
  state jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (order_id, version)
);

ALTER TABLE orders
  ADD COLUMN version integer NOT NULL DEFAULT 0,
  ADD COLUMN fulfilment jsonb NOT NULL
    DEFAULT '{"stock": "none", "payment": "none", "shipment": "none"}';

-- Orders from before there were events: what is known of them is that they were placed, and how they ended.
INSERT INTO order_events (order_id, version, type, payload, occurred_at, correlation_id)
SELECT order_id, 1, 'order.created',
  jsonb_build_object('customerId', customer_id, 'items', items, 'totalCents', total_cents, 'currency', currency),
  date_trunc('milliseconds', created_at), 'before-events'
FROM orders;
INSERT INTO order_events (order_id, version, type, payload, occurred_at, correlation_id)
SELECT order_id, 2, 'order.' || state,
  CASE WHEN failure IS NULL THEN '{}' ELSE jsonb_build_object('failure', failure) END,
  date_trunc('milliseconds', updated_at), 'before-events'
FROM orders WHERE state <> 'pending';
UPDATE orders SET version = CASE WHEN state = 'pending' THEN 1 ELSE 2 END,
  created_at = date_trunc('milliseconds', created_at),
  updated_at = date_trunc('milliseconds', CASE WHEN state = 'pending' THEN created_at ELSE updated_at END);
