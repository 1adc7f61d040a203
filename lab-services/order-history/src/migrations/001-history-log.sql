-- The end of the log. Whoever appends holds this row until its commit, so positions have no gaps
-- and become visible in their order: a reader that has seen position n has seen all before it.
CREATE TABLE history_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL
);
INSERT INTO history_head (position) VALUES (0);

-- What was consumed, in the order in which it was.
CREATE TABLE history_log (
  position bigint PRIMARY KEY,
  event_id text NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  correlation_id text NOT NULL,
  traceparent text,
  payload jsonb NOT NULL,
  -- Milliseconds since the Unix epoch, by the clock of whoever made the event.
  occurred_at bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX history_log_by_event ON history_log (event_id, position);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER history_log_append_only BEFORE UPDATE OR DELETE ON history_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history_log_no_truncate BEFORE TRUNCATE ON history_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
