-- +goose Up

-- Who changed what in the base data. Rows are never changed; secrets never enter.
CREATE TABLE change_log (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  by_whom text NOT NULL,
  kind    text NOT NULL,   -- camera, zone, object, party, consent, user, …
  subject text NOT NULL,   -- id of what was changed
  action  text NOT NULL,   -- create, change, remove, …
  before  jsonb,
  after   jsonb
);
CREATE INDEX change_log_subject ON change_log (kind, subject, id);
CREATE INDEX change_log_at ON change_log (at);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER change_log_kept BEFORE UPDATE OR DELETE ON change_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER change_log_kept_whole BEFORE TRUNCATE ON change_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE camera (
  id                  uuid PRIMARY KEY,
  name                text NOT NULL,
  place               text NOT NULL DEFAULT '',
  longitude           double precision,  -- WGS 84
  latitude            double precision,
  address_sealed      bytea NOT NULL,    -- whole address with credentials, encrypted
  address_shown       text NOT NULL,     -- without credentials
  protocol            text NOT NULL,
  legal_review_no     text NOT NULL DEFAULT '',
  technical_review_no text NOT NULL DEFAULT '',
  published_on        date,
  cadence             text NOT NULL DEFAULT '',
  version             integer NOT NULL,
  created_at          timestamptz NOT NULL,
  changed_at          timestamptz NOT NULL,
  removed_at          timestamptz
);

-- Every version of every zone; the newest that is not removed has current set.
CREATE TABLE zone (
  id        uuid NOT NULL,
  version   integer NOT NULL,
  camera_id uuid NOT NULL REFERENCES camera,
  object_id uuid,
  detector  text NOT NULL,
  body      jsonb NOT NULL,   -- detectors.Zone
  current   boolean NOT NULL,
  at        timestamptz NOT NULL,
  by_whom   text NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX zone_current ON zone (id) WHERE current;
CREATE INDEX zone_of_camera ON zone (camera_id) WHERE current;

CREATE TABLE party (
  id              uuid PRIMARY KEY,
  kind            text NOT NULL CHECK (kind IN ('person', 'unit')),
  name            text NOT NULL,
  identity_sealed bytea,
  identity_digest bytea,                   -- keyed, for finding duplicates
  identity_shown  text NOT NULL DEFAULT '', -- masked
  phone           text NOT NULL DEFAULT '',
  address         text NOT NULL DEFAULT '',
  email           text NOT NULL DEFAULT '',
  version         integer NOT NULL,
  created_at      timestamptz NOT NULL,
  changed_at      timestamptz NOT NULL,
  removed_at      timestamptz
);
CREATE UNIQUE INDEX party_identity ON party (identity_digest) WHERE identity_digest IS NOT NULL AND removed_at IS NULL;
CREATE INDEX party_name ON party (name);

-- Consent to electronic service, signed; withdrawn, never deleted.
CREATE TABLE consent (
  id           uuid PRIMARY KEY,
  party_id     uuid NOT NULL REFERENCES party,
  phone        text NOT NULL,
  signature    bytea NOT NULL,
  signature_sha256 bytea NOT NULL,
  at           timestamptz NOT NULL,
  by_whom      text NOT NULL,
  withdrawn_at timestamptz
);
CREATE INDEX consent_of_party ON consent (party_id, at);

CREATE TABLE object (
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('shop', 'site', 'land')),
  name       text NOT NULL,
  address    text NOT NULL DEFAULT '',
  business   text NOT NULL DEFAULT '',
  licence_no text NOT NULL DEFAULT '',
  township   text NOT NULL DEFAULT '',
  party_id   uuid REFERENCES party,
  grade      text NOT NULL CHECK (grade IN ('red', 'yellow', 'green')),
  longitude  double precision,
  latitude   double precision,
  version    integer NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  removed_at timestamptz
);
CREATE INDEX object_name ON object (name);
CREATE INDEX object_party ON object (party_id);
CREATE INDEX object_licence ON object (licence_no) WHERE licence_no <> '';

-- What cameras do now. Lost with a crash of the server, written again within seconds.
CREATE UNLOGGED TABLE camera_live (
  camera_id  uuid PRIMARY KEY,
  node       text NOT NULL,
  state      text NOT NULL DEFAULT '',
  status     jsonb NOT NULL DEFAULT '{}',
  picture    bytea,
  picture_at timestamptz,
  updated_at timestamptz NOT NULL
);

-- Which node watches which camera. A lease past its time is anybody's; the fencing
-- number grows with every new holder and never falls.
CREATE TABLE watch_node (
  node  text PRIMARY KEY,
  until timestamptz NOT NULL
);
CREATE TABLE camera_lease (
  camera_id uuid PRIMARY KEY,
  node      text NOT NULL,
  fence     bigint NOT NULL,
  until     timestamptz NOT NULL
);
CREATE INDEX camera_lease_node ON camera_lease (node);

CREATE TABLE account (
  id                   uuid PRIMARY KEY,
  username             text NOT NULL,
  name                 text NOT NULL,
  roles                text[] NOT NULL,
  licence_no           text NOT NULL DEFAULT '',
  disabled             boolean NOT NULL DEFAULT false,
  must_change_password boolean NOT NULL,
  password             text NOT NULL,        -- argon2id, PHC string
  password_until       timestamptz,          -- a one-time password's end
  created_at           timestamptz NOT NULL,
  changed_at           timestamptz NOT NULL,
  last_sign_in         timestamptz
);
CREATE UNIQUE INDEX account_username ON account (lower(username));

CREATE TABLE account_session (
  id           uuid PRIMARY KEY,
  token_sha256 bytea NOT NULL UNIQUE,
  account_id   uuid NOT NULL REFERENCES account,
  csrf         text NOT NULL,
  address      text NOT NULL,
  agent        text NOT NULL,
  created_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX account_session_account ON account_session (account_id);

-- Every try to sign in, also the refused ones: audit, and the rate limit's memory.
CREATE TABLE sign_in (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL,
  username   text NOT NULL,      -- as typed, lower case, bounded
  account_id uuid,
  address    text NOT NULL,
  agent      text NOT NULL,
  outcome    text NOT NULL       -- ok, password, unknown, disabled, expired, limited
);
CREATE INDEX sign_in_username ON sign_in (username, at);
CREATE INDEX sign_in_address ON sign_in (address, at);
CREATE TRIGGER sign_in_kept BEFORE UPDATE OR DELETE ON sign_in FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Who looked at which picture or clip, and why (Video Systems Regulation art. 16).
CREATE TABLE access_record (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  by_whom text NOT NULL,
  what    text NOT NULL,         -- still, clip, bundle, live
  subject text NOT NULL,         -- bundle id, or camera id for live
  file    text NOT NULL DEFAULT '',
  reason  text NOT NULL
);
CREATE INDEX access_record_subject ON access_record (subject, at);
CREATE INDEX access_record_by ON access_record (by_whom, at);
CREATE TRIGGER access_record_kept BEFORE UPDATE OR DELETE ON access_record FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE access_record, sign_in, account_session, account, camera_lease, watch_node, camera_live,
  object, consent, party, zone, camera, change_log;
DROP FUNCTION refuse_change;
