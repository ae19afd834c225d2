-- +goose Up

-- A party's requests to see the evidence of its case uncovered, and the answers.
CREATE TABLE full_copy (
  id         uuid PRIMARY KEY,
  case_id    uuid NOT NULL REFERENCES casefile,
  asked_at   timestamptz NOT NULL,
  reason     text NOT NULL,
  state      text NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'ended')),
  grounds    text NOT NULL DEFAULT '',
  decided_at timestamptz,
  decided_by text NOT NULL DEFAULT '',  -- name
  until      timestamptz,               -- of a grant
  CHECK ((state = 'granted') <= (until IS NOT NULL)),
  CHECK ((state IN ('granted', 'refused')) <= (decided_at IS NOT NULL AND grounds <> '' AND decided_by <> ''))
);
CREATE INDEX full_copy_case ON full_copy (case_id, asked_at);
-- One waits at a time.
CREATE UNIQUE INDEX full_copy_waits ON full_copy (case_id) WHERE state = 'asked';

-- +goose Down
DROP TABLE full_copy;
