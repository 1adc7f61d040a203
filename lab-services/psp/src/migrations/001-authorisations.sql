-- What a merchant asked for. A request reference has one row; more only while the provider does not
-- look for repetitions.
CREATE TABLE authorisations (
  psp_reference text PRIMARY KEY,
  request_reference text NOT NULL,
  merchant_order text COLLATE "C" NOT NULL,
  minor_units integer NOT NULL CHECK (minor_units >= 0),
  currency text NOT NULL,
  -- CANCELLED: reversed before it came; it takes no money any more.
  status text NOT NULL CHECK (status IN ('CAPTURED', 'SOFT_DECLINE', 'REVERSED', 'CANCELLED')),
  refusal text,
  captured_units integer NOT NULL DEFAULT 0,
  reversed_units integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (reversed_units <= captured_units)
);
CREATE INDEX authorisations_by_request ON authorisations (request_reference);
CREATE INDEX authorisations_by_order ON authorisations (merchant_order);
