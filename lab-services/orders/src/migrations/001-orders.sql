CREATE TABLE orders (
  order_id text COLLATE "C" PRIMARY KEY,
  -- One key, one order: a repeated request finds the order it made.
  idempotency_key text NOT NULL UNIQUE,
  customer_id text NOT NULL,
  items jsonb NOT NULL,
  total_cents integer NOT NULL CHECK (total_cents > 0),
  currency text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'confirmed', 'failed')),
  failure jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX orders_by_customer ON orders (customer_id, created_at DESC);

-- The last price seen of each product: orders can be priced while the catalog is away.
CREATE TABLE known_prices (
  sku text PRIMARY KEY,
  name text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  currency text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
);
