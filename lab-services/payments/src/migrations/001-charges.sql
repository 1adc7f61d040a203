-- One row per idempotency key: a repetition of the request finds the first answer here.
CREATE TABLE charges (
  charge_id text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  order_id text COLLATE "C" NOT NULL,
  amount_cents integer NOT NULL CHECK (amount_cents > 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  state text NOT NULL CHECK (state IN ('captured', 'declined', 'refunded')),
  decline_reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  refunded_at timestamptz,
  CHECK ((state = 'refunded') = (refunded_at IS NOT NULL)),
  CHECK ((state = 'declined') = (decline_reason IS NOT NULL))
);
CREATE INDEX charges_by_order ON charges (order_id);

-- An order in here takes no charge any more: its refund was asked for, perhaps before its charge.
CREATE TABLE voided_orders (
  order_id text PRIMARY KEY,
  voided_at timestamptz NOT NULL DEFAULT now()
);
