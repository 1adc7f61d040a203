-- How many parcels left for the order: one, unless the same event took effect twice.
ALTER TABLE shipments ADD COLUMN parcels integer NOT NULL DEFAULT 1 CHECK (parcels >= 1);
