-- Every change of a product has a number, so that whoever keeps a copy knows which of two is newer.
ALTER TABLE products
  ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0),
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The last version that an event was written for; 0: nobody was ever told of the product.
  ADD COLUMN announced_version integer NOT NULL DEFAULT 0;
CREATE INDEX products_unannounced ON products (sku) WHERE announced_version < version;
