-- Generations of the projection: one serves, at most one is being built from the log beside it.
CREATE TABLE projection_generations (
  generation integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('building', 'serving', 'retired')),
  -- Last position of the log that is in it; moved in the transaction that put it there.
  checkpoint bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  switched_at timestamptz,
  -- Whether the rows of a retired one are gone.
  swept boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX one_serves ON projection_generations (state) WHERE state = 'serving';
CREATE UNIQUE INDEX one_is_built ON projection_generations (state) WHERE state = 'building';
INSERT INTO projection_generations (state, switched_at) VALUES ('serving', now());

CREATE TABLE order_views (
  generation integer NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  customer_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'confirmed', 'failed')),
  items jsonb NOT NULL,
  total_cents integer NOT NULL,
  currency text NOT NULL,
  failure jsonb,
  fulfilment jsonb NOT NULL,
  version integer NOT NULL,
  -- Milliseconds since the Unix epoch.
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  timeline jsonb NOT NULL,
  PRIMARY KEY (generation, order_id)
);
CREATE INDEX order_views_by_customer
  ON order_views (generation, customer_id, created_at DESC, order_id);

CREATE TABLE customer_totals (
  generation integer NOT NULL,
  customer_id text NOT NULL,
  orders integer NOT NULL,
  confirmed integer NOT NULL,
  failed integer NOT NULL,
  confirmed_cents bigint NOT NULL,
  PRIMARY KEY (generation, customer_id)
);

CREATE TABLE best_sellers (
  generation integer NOT NULL,
  sku text NOT NULL,
  units bigint NOT NULL,
  revenue_cents bigint NOT NULL,
  PRIMARY KEY (generation, sku)
);
CREATE INDEX best_sellers_by_units ON best_sellers (generation, units DESC, sku);
