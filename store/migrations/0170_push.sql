-- +goose Up

-- The key pair by which push services know this bureau's notices (VAPID, RFC 8292).
CREATE TABLE push_key (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  public     text NOT NULL,
  sealed     bytea NOT NULL, -- the private one, encrypted
  created_at timestamptz NOT NULL
);

-- Browsers on which people want to be told. Who forgets one deletes the row.
CREATE TABLE push_device (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account,
  digest     bytea NOT NULL UNIQUE, -- of the address, by which the same browser is known
  sealed     bytea NOT NULL,        -- address at the push service and the browser's keys, encrypted
  service    text NOT NULL,         -- host of the push service
  name       text NOT NULL,
  language   text NOT NULL CHECK (language IN ('zh', 'en')),
  created_at timestamptz NOT NULL,
  told_at    timestamptz,                    -- the latest that was taken
  failure    text NOT NULL DEFAULT '',       -- of the latest attempt; '': it was taken
  tries      integer NOT NULL DEFAULT 0,     -- that failed in a row
  next_at    timestamptz NOT NULL            -- nothing is sent before
);
CREATE INDEX push_device_account ON push_device (account_id);
CREATE INDEX push_device_next ON push_device (next_at);

CREATE TABLE push_wish (
  device_id uuid NOT NULL REFERENCES push_device ON DELETE CASCADE,
  kind      text NOT NULL,
  seen_at   timestamptz NOT NULL, -- what was there by then is no news
  told_at   timestamptz,
  PRIMARY KEY (device_id, kind)
);

-- +goose Down
DROP TABLE push_wish, push_device, push_key;
