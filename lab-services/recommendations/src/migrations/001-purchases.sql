-- What each customer bought at least once.
CREATE TABLE purchases (
  customer_id text NOT NULL,
  sku text NOT NULL,
  PRIMARY KEY (customer_id, sku)
);

-- Confirmed orders that contain a product, and those that contain two products together. Pairs are
-- kept in both directions, so that one look finds all neighbours of a product.
CREATE TABLE popularity (
  sku text PRIMARY KEY,
  orders integer NOT NULL
);
CREATE TABLE co_purchases (
  sku text NOT NULL,
  other text NOT NULL CHECK (other <> sku),
  orders integer NOT NULL,
  PRIMARY KEY (sku, other)
);
