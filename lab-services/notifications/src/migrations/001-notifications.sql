CREATE TABLE notifications (
  notification_id text PRIMARY KEY,
  -- The event that caused it: no event is told twice.
  event_id text NOT NULL UNIQUE,
  order_id text COLLATE "C" NOT NULL,
  customer_id text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('confirmed', 'failed')),
  message text NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_by_order ON notifications (order_id);
CREATE INDEX notifications_by_customer ON notifications (customer_id, sent_at DESC);
