-- `cancelled` without a tracking code is a tombstone: the cancellation came before the shipment.
CREATE TABLE shipments (
  order_id text COLLATE "C" PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('created', 'cancelled')),
  tracking_code text,
  created_at timestamptz NOT NULL DEFAULT now(),
  cancelled_at timestamptz,
  CHECK (state = 'cancelled' OR tracking_code IS NOT NULL)
);
