-- +goose Up

-- Keys by which other systems reach the API. A key holds 130 random bits, so that a
-- plain SHA-256 of it cannot be searched; the key itself is shown once and kept nowhere.
CREATE TABLE api_key (
  id         uuid PRIMARY KEY,
  name       text NOT NULL,             -- the system that holds it
  hint       text NOT NULL,             -- its first characters, to tell it from others
  sha256     bytea NOT NULL UNIQUE,
  scopes     text[] NOT NULL CHECK (cardinality(scopes) > 0),
  networks   cidr[] NOT NULL DEFAULT '{}', -- from where alone it may be used; none: from anywhere
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  used_at    timestamptz,
  used_from  text NOT NULL DEFAULT ''
);

-- Where other systems want to be told (Standard Webhooks). A secret that was replaced
-- still signs for a day, beside the new one.
CREATE TABLE webhook_endpoint (
  id              uuid PRIMARY KEY,
  name            text NOT NULL,
  url             text NOT NULL,
  kinds           text[] NOT NULL CHECK (cardinality(kinds) > 0),
  secret          bytea NOT NULL,       -- encrypted
  previous        bytea,                -- encrypted
  previous_until  timestamptz,
  created_at      timestamptz NOT NULL,
  created_by      text NOT NULL,
  disabled_at     timestamptz,
  disabled_why    text NOT NULL DEFAULT ''
);

-- What was told: the body's exact bytes, signed anew at each attempt. The id is the
-- same over all attempts and replays; receivers count by it.
CREATE TABLE webhook_event (
  id   uuid PRIMARY KEY,
  kind text NOT NULL,
  at   timestamptz NOT NULL,
  body text NOT NULL
);
CREATE INDEX webhook_event_at ON webhook_event (at);

CREATE TABLE webhook_delivery (
  event_id      uuid NOT NULL REFERENCES webhook_event,
  endpoint_id   uuid NOT NULL REFERENCES webhook_endpoint,
  state         text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts      integer NOT NULL DEFAULT 0, -- all of them
  tries         integer NOT NULL DEFAULT 0, -- since it was made or replayed last
  changed_at    timestamptz NOT NULL,
  next_at       timestamptz,                -- of one that waits
  claimed_until timestamptz,                -- an attempt is under way
  status        integer NOT NULL DEFAULT 0, -- of the last answer; 0: there was none
  error         text NOT NULL DEFAULT '',
  PRIMARY KEY (event_id, endpoint_id)
);
CREATE INDEX webhook_delivery_list ON webhook_delivery (endpoint_id, event_id DESC);
CREATE INDEX webhook_delivery_open ON webhook_delivery (state, endpoint_id) WHERE state <> 'delivered';

CREATE TABLE webhook_attempt (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id    uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  at          timestamptz NOT NULL,
  took_ms     integer NOT NULL,
  status      integer NOT NULL,
  error       text NOT NULL
);
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (event_id, endpoint_id, id);

-- +goose Down
DROP TABLE webhook_attempt, webhook_delivery, webhook_event, webhook_endpoint, api_key;
