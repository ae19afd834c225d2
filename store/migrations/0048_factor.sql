-- +goose Up

-- When a session last showed a second factor, and how it was opened.
ALTER TABLE account_session ADD COLUMN proved_at timestamptz, ADD COLUMN how text NOT NULL DEFAULT 'password';

-- One-time codes of an authenticator app (RFC 6238).
CREATE TABLE account_totp (
  account_id uuid PRIMARY KEY REFERENCES account,
  secret     bytea NOT NULL,          -- encrypted
  since      timestamptz,             -- NULL until the owner has shown a first code
  last_step  bigint NOT NULL DEFAULT 0 -- of the newest code taken; none is taken twice
);

CREATE TABLE account_recovery (
  account_id uuid NOT NULL REFERENCES account,
  digest     bytea NOT NULL,          -- keyed
  used_at    timestamptz,
  PRIMARY KEY (account_id, digest)
);

CREATE TABLE account_passkey (
  id            uuid PRIMARY KEY,
  account_id    uuid NOT NULL REFERENCES account,
  credential_id bytea NOT NULL UNIQUE,
  credential    bytea NOT NULL,       -- encrypted
  name          text NOT NULL,
  created_at    timestamptz NOT NULL,
  used_at       timestamptz
);
CREATE INDEX account_passkey_account ON account_passkey (account_id);

-- What a passkey or a sign-in elsewhere was asked, until the answer comes. Each is
-- taken once.
CREATE TABLE account_ceremony (
  token_sha256 bytea PRIMARY KEY,
  kind         text NOT NULL,
  account_id   uuid REFERENCES account,
  asked        bytea NOT NULL,
  expires_at   timestamptz NOT NULL
);

-- Accounts whose owners sign in elsewhere (OpenID Connect) have no password here.
CREATE TABLE account_outside (
  issuer     text NOT NULL,
  subject    text NOT NULL,
  account_id uuid NOT NULL UNIQUE REFERENCES account,
  PRIMARY KEY (issuer, subject)
);

-- +goose Down
DROP TABLE account_outside, account_ceremony, account_passkey, account_recovery, account_totp;
ALTER TABLE account_session DROP COLUMN how, DROP COLUMN proved_at;
