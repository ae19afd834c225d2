-- +goose Up

-- What colleagues write to each other about a case. It is no part of the court file;
-- what is put there stands in the process record, and filed_at says when.
CREATE TABLE case_note (
  id       uuid PRIMARY KEY,
  case_id  uuid NOT NULL REFERENCES casefile,
  by_whom  uuid NOT NULL REFERENCES account,
  at       timestamptz NOT NULL,
  text     text NOT NULL CHECK (text <> ''),
  filed_at timestamptz,
  filed_by uuid REFERENCES account
);
CREATE INDEX case_note_case ON case_note (case_id, at);

-- Who was named in a note, and when they saw it.
CREATE TABLE note_mention (
  note_id    uuid NOT NULL REFERENCES case_note ON DELETE CASCADE,
  account_id uuid NOT NULL REFERENCES account,
  seen_at    timestamptz,
  PRIMARY KEY (note_id, account_id)
);
CREATE INDEX note_mention_account ON note_mention (account_id, note_id);
CREATE INDEX note_mention_unseen ON note_mention (account_id) WHERE seen_at IS NULL;

-- The case lists that somebody comes back to, as the query of the list's address.
CREATE TABLE saved_filter (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account,
  name       text NOT NULL CHECK (name <> ''),
  query      text NOT NULL,
  at         timestamptz NOT NULL,
  UNIQUE (account_id, name)
);

-- +goose Down
DROP TABLE saved_filter, note_mention, case_note;
