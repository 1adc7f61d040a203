-- Invariant, for every sku: initial = available + reserved.
CREATE TABLE stock (
  sku text PRIMARY KEY,
  initial integer NOT NULL CHECK (initial >= 0),
  available integer NOT NULL CHECK (available >= 0),
  reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  CHECK (initial = available + reserved)
);

-- `released` without items is a tombstone: the release came before the reservation.
CREATE TABLE reservations (
  order_id text COLLATE "C" PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('reserved', 'released')),
  items jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  released_at timestamptz
);

-- The last two are limited editions: they sell out.
INSERT INTO stock (sku, initial, available) VALUES
  ('P-0001', 1000000, 1000000),
  ('P-0002', 1000000, 1000000),
  ('P-0003', 1000000, 1000000),
  ('P-0004', 1000000, 1000000),
  ('P-0005', 1000000, 1000000),
  ('P-0006', 1000000, 1000000),
  ('P-0007', 1000000, 1000000),
  ('P-0008', 1000000, 1000000),
  ('P-0009', 1000000, 1000000),
  ('P-0010', 1000000, 1000000),
  ('P-0011', 1000000, 1000000),
  ('P-0012', 1000000, 1000000),
  ('P-0013', 1000000, 1000000),
  ('P-0014', 1000000, 1000000),
  ('P-0015', 1000000, 1000000),
  ('P-0016', 1000000, 1000000),
  ('P-0017', 1000000, 1000000),
  ('P-0018', 1000000, 1000000),
  ('P-0019', 1000000, 1000000),
  ('P-0020', 1000000, 1000000),
  ('P-0021', 1000000, 1000000),
  ('P-0022', 1000000, 1000000),
  ('P-0023', 1000000, 1000000),
  ('P-0024', 1000000, 1000000),
  ('P-0025', 1000000, 1000000),
  ('P-0026', 1000000, 1000000),
  ('P-0027', 1000000, 1000000),
  ('P-0028', 1000000, 1000000),
  ('P-0029', 1000000, 1000000),
  ('P-0030', 1000000, 1000000),
  ('P-0031', 1000000, 1000000),
  ('P-0032', 1000000, 1000000),
  ('P-0033', 1000000, 1000000),
  ('P-0034', 1000000, 1000000),
  ('P-0035', 1000000, 1000000),
  ('P-0036', 1000000, 1000000),
  ('P-0037', 1000000, 1000000),
  ('P-0038', 1000000, 1000000),
  ('P-0039', 25, 25),
  ('P-0040', 5, 5);
