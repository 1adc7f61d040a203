-- What oidc-provider keeps: sessions, grants, codes, refresh tokens. `id` is a digest of the value
-- that the client holds, so that whoever reads the table holds no token.
CREATE TABLE oidc_records (
  model text NOT NULL,
  id text NOT NULL,
  payload jsonb NOT NULL,
  grant_id text,
  uid text,
  consumed_at timestamptz,
  expires_at timestamptz,
  PRIMARY KEY (model, id)
);
CREATE INDEX oidc_records_grant ON oidc_records (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX oidc_records_uid ON oidc_records (uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_records_expiry ON oidc_records (expires_at);

-- Keys that sign tokens. One is current, one is next (published before it signs), the others are
-- retired: published for as long as a token that they signed can live.
CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  jwk jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('current', 'next', 'retired')),
  since timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (state) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (state) WHERE state = 'next';

-- Passwords as scrypt made them; `seed` is a digest of what they were derived from.
CREATE TABLE passwords (
  account_id text PRIMARY KEY,
  hash text NOT NULL,
  seed text NOT NULL
);

-- Secrets of this service that outlive a process: what signs its cookies.
CREATE TABLE secrets (
  name text PRIMARY KEY,
  value text NOT NULL
);
