ALTER TABLE sagas ADD COLUMN style text NOT NULL DEFAULT 'orchestrated'
  CHECK (style IN ('orchestrated', 'choreographed'));

-- What the participants of a choreographed saga told, once each, in whatever order it came.
CREATE TABLE saga_messages (
  saga_id text NOT NULL REFERENCES sagas,
  event_id text NOT NULL,
  type text NOT NULL,
  -- Why a step failed; null for events that tell of no failure.
  failure jsonb,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (saga_id, event_id)
);

-- While the pattern `idempotency` is off, keys are written down and not looked at. Only guarded
-- orders are one of a kind, so that it can be switched on again whatever happened meanwhile.
ALTER TABLE orders DROP CONSTRAINT orders_idempotency_key_key;
ALTER TABLE orders ADD COLUMN guarded boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX orders_guarded_by_key ON orders (idempotency_key) WHERE guarded;
CREATE INDEX orders_by_key ON orders (idempotency_key, created_at);

-- While the pattern `saga` is off, orders have no saga that would know their trace.
ALTER TABLE orders ADD COLUMN traceparent text;

-- The ledger shows what left, or is to leave, for an order.
CREATE INDEX outbox_by_aggregate ON outbox (aggregate_id);
