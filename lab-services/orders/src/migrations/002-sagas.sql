CREATE TABLE sagas (
  saga_id text PRIMARY KEY,
  order_id text COLLATE "C" NOT NULL UNIQUE REFERENCES orders,
  state text NOT NULL
    CHECK (state IN ('running', 'compensating', 'stuck', 'completed', 'compensated')),
  step text NOT NULL,
  -- The whole of the state machine; `state` and `step` repeat what lists filter by.
  machine jsonb NOT NULL,
  -- Grows with every change of hands and every move: whoever holds an older one has lost the saga.
  version integer NOT NULL,
  lease_owner text NOT NULL,
  -- From then on any instance may take the saga up.
  lease_until timestamptz NOT NULL,
  -- The owner put it down until `lease_until`; otherwise an expired lease means the owner died.
  waiting boolean NOT NULL DEFAULT false,
  correlation_id text NOT NULL,
  traceparent text,
  started_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK ((state IN ('completed', 'compensated')) = (ended_at IS NOT NULL))
);
CREATE INDEX sagas_unfinished ON sagas (lease_until) WHERE ended_at IS NULL;
CREATE INDEX sagas_by_start ON sagas (started_at DESC);

-- What happened to a saga, move by move.
CREATE TABLE saga_journal (
  saga_id text NOT NULL REFERENCES sagas,
  version integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  owner text NOT NULL,
  move text NOT NULL,
  step text NOT NULL,
  state text NOT NULL,
  detail text,
  PRIMARY KEY (saga_id, version)
);
