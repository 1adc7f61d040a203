-- A charge is written down before the card provider is asked (pending), and its outcome afterwards.
-- Giving money back likewise: refunding, then refunded, or voided if nothing had been captured.
ALTER TABLE charges DROP CONSTRAINT charges_state_check;
ALTER TABLE charges ADD CONSTRAINT charges_state_check
  CHECK (state IN ('pending', 'captured', 'declined', 'refunding', 'refunded', 'voided'));
-- What the provider says that it took and gave back.
ALTER TABLE charges ADD COLUMN captured_cents integer NOT NULL DEFAULT 0;
ALTER TABLE charges ADD COLUMN refunded_cents integer NOT NULL DEFAULT 0;
ALTER TABLE charges ADD COLUMN touched_at timestamptz NOT NULL DEFAULT now();
UPDATE charges SET captured_cents = amount_cents WHERE state IN ('captured', 'refunded');
UPDATE charges SET refunded_cents = amount_cents WHERE state = 'refunded';
CREATE INDEX charges_unfinished ON charges (touched_at) WHERE state IN ('pending', 'refunding');
-- Requests to charge that may have reached the provider. While it is 0 the provider knows nothing.
ALTER TABLE charges ADD COLUMN asked integer NOT NULL DEFAULT 0;
