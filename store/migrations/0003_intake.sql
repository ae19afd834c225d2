-- +goose Up

-- One spreadsheet on its way into the base data: previewed, applied, perhaps undone.
CREATE TABLE intake_batch (
  id         uuid PRIMARY KEY,
  name       text NOT NULL,          -- of the file
  format     text NOT NULL,
  sha256     bytea NOT NULL,         -- of the file
  rule       text NOT NULL,          -- what becomes of what is registered already
  by_whom    text NOT NULL,
  at         timestamptz NOT NULL,
  state      text NOT NULL,          -- preview, applying, applied, undoing, undone
  total      integer NOT NULL,       -- rows
  done       integer NOT NULL DEFAULT 0,
  at_party   bytea NOT NULL DEFAULT '', -- how far applying is
  at_row     integer NOT NULL DEFAULT 0,
  counts     jsonb NOT NULL,
  warnings   jsonb NOT NULL,         -- of the whole file
  changed_at timestamptz NOT NULL
);

CREATE TABLE intake_party (
  batch_id uuid NOT NULL REFERENCES intake_batch ON DELETE CASCADE,
  key      bytea NOT NULL,           -- keyed digest of what makes the party itself
  action   text NOT NULL,            -- create, merge, same
  party_id uuid NOT NULL,            -- chosen at the preview for a new one
  version  integer NOT NULL,         -- that was read, 0 for a new one
  draft    bytea NOT NULL,           -- encrypted
  PRIMARY KEY (batch_id, key)
);

CREATE TABLE intake_row (
  batch_id  uuid NOT NULL REFERENCES intake_batch ON DELETE CASCADE,
  n         integer NOT NULL,        -- row of the file, as the spreadsheet counts
  action    text NOT NULL,           -- create, merge, same, skip, error, conflict
  object_id uuid,                    -- chosen at the preview for a new one
  version   integer NOT NULL,        -- that was read, 0 for a new one
  draft     bytea NOT NULL,          -- encrypted
  problems  jsonb NOT NULL,
  PRIMARY KEY (batch_id, n)
);
CREATE INDEX intake_row_action ON intake_row (batch_id, action, n);

-- What applying changed, for undoing.
CREATE TABLE intake_change (
  batch_id uuid NOT NULL REFERENCES intake_batch ON DELETE CASCADE,
  kind     text NOT NULL,            -- object, party
  subject  uuid NOT NULL,
  version  integer NOT NULL,         -- that applying made
  before   jsonb,                    -- null: applying created it
  undone   boolean,                  -- null: not tried; false: somebody changed it since
  PRIMARY KEY (batch_id, kind, subject)
);

-- +goose Down
DROP TABLE intake_change, intake_row, intake_party, intake_batch;
