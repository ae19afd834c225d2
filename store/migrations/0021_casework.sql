-- +goose Up

-- When a deadline has run half, four fifths, all of its time, somebody is told once.
ALTER TABLE casefile ADD COLUMN alarm_at timestamptz;
CREATE INDEX casefile_alarm ON casefile (alarm_at) WHERE alarm_at IS NOT NULL;
CREATE INDEX casefile_published ON casefile (published_at DESC, id DESC) WHERE published_at IS NOT NULL;
CREATE INDEX casefile_officers ON casefile USING gin (officers);
CREATE TABLE alarm (
  case_id  uuid NOT NULL REFERENCES casefile,
  deadline text NOT NULL,        -- key of the table of deadlines
  due_at   timestamptz NOT NULL, -- a deadline that moves alarms anew
  percent  integer NOT NULL CHECK (percent IN (50, 80, 100)),
  label_zh text NOT NULL,
  label_en text NOT NULL,
  at       timestamptz NOT NULL,
  PRIMARY KEY (case_id, deadline, due_at, percent)
);
CREATE INDEX alarm_at ON alarm (at);

-- Proofs that the head of a case's process record stands in the transparency log.
CREATE TABLE record_proof (
  case_id uuid NOT NULL REFERENCES casefile,
  seq     integer NOT NULL,
  proof   bytea NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (case_id, seq)
);

-- The daily comparison with the provider's file.
CREATE TABLE reconciliation (
  day    date PRIMARY KEY,
  at     timestamptz NOT NULL,
  lines  integer NOT NULL,
  report jsonb NOT NULL
);

-- +goose Down
DROP TABLE reconciliation, record_proof, alarm;
DROP INDEX casefile_officers, casefile_published;
ALTER TABLE casefile DROP COLUMN alarm_at;
