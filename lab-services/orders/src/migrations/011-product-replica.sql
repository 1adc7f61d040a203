-- Names and prices of the catalog's products, as its events tell them. The newest version of a
-- product counts, in whatever order events arrive.
CREATE TABLE product_replica (
  sku text PRIMARY KEY,
  name text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  currency text NOT NULL,
  -- The catalog's count of changes; 0 of a price that was seen before there were versions.
  version integer NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO product_replica (sku, name, price_cents, currency, version, received_at)
SELECT sku, name, price_cents, currency, 0, seen_at FROM known_prices;
DROP TABLE known_prices;
