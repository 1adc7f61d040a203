-- Events that this service gave up on because it cannot read them: they are dead letters.
CREATE TABLE unreadable_events (
  event_id text PRIMARY KEY,
  event_type text NOT NULL,
  reason text NOT NULL,
  given_up_at timestamptz NOT NULL DEFAULT now()
);
