-- A charge that is made without regard to its key (the pattern `idempotency` is off), or for an
-- event, which the inbox lets through once, may share its key with others. Only guarded ones are
-- one of a kind, so that the pattern can be switched on again whatever happened meanwhile.
ALTER TABLE charges DROP CONSTRAINT charges_idempotency_key_key;
ALTER TABLE charges ADD COLUMN guarded boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX charges_guarded_by_key ON charges (idempotency_key) WHERE guarded;
CREATE INDEX charges_by_key ON charges (idempotency_key, created_at);
