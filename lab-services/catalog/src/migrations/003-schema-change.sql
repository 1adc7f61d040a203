-- Where the change "prices get a table of their own" stands. It is made while the service runs, in
-- phases of which any two neighbours may be in use by different instances at the same time.
CREATE TABLE schema_change (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  phase text NOT NULL DEFAULT 'before'
    CHECK (phase IN ('before', 'expand', 'dual-write', 'backfill', 'read-new', 'contract')),
  -- Whether every instance has left the phase before, and what it no longer needs is gone.
  settled boolean NOT NULL DEFAULT true,
  -- Products up to this one are copied.
  backfilled_to text NOT NULL DEFAULT '',
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO schema_change DEFAULT VALUES;
