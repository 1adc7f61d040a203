-- That no event is told twice is the inbox's work: without it a customer is told again.
ALTER TABLE notifications DROP CONSTRAINT notifications_event_id_key;
CREATE INDEX notifications_by_event ON notifications (event_id);
