-- +goose Up

-- Where the transparency log lies: one node keeps it, for all.
CREATE TABLE log_keeper (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  node       text NOT NULL,
  trusted    jsonb,  -- what trust.json says of it; NULL until it was first opened
  checkpoint bytea   -- the newest that was seen, so that an older copy of the log is refused
);

-- What other processes enter in the log, with the proof once it stands there.
CREATE TABLE log_entry (
  seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind    text NOT NULL,
  subject text NOT NULL, -- what it is about: of a subject, only changes are entered
  id      text NOT NULL,
  sha256  text NOT NULL,
  at      timestamptz NOT NULL,
  proof   bytea,         -- NULL: it waits
  UNIQUE (kind, id, sha256, at)
);
CREATE INDEX log_entry_waits ON log_entry (seq) WHERE proof IS NULL;
CREATE INDEX log_entry_subject ON log_entry (kind, subject, seq DESC);

-- +goose Down
DROP TABLE log_entry, log_keeper;
