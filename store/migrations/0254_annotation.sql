-- +goose Up

-- Annotations of real estate at its register (不动产注记) that a case asks for, and their
-- lifting (解注). An officer asks, a head who is no officer of the case decides; letter and
-- answer go by transfer.
CREATE TABLE annotation (
  id               uuid PRIMARY KEY,
  case_id          uuid NOT NULL REFERENCES casefile,
  ground           text NOT NULL CHECK (ground IN ('structure', 'unperformed')),
  basis            text NOT NULL CHECK (basis <> ''),    -- law and article, as the bureau had them configured
  property         text NOT NULL CHECK (property <> ''), -- number of the certificate or of the unit
  place            text NOT NULL CHECK (place <> ''),
  owner            text NOT NULL CHECK (owner <> ''),    -- as the register names it
  reason           text NOT NULL CHECK (reason <> ''),
  until            date NOT NULL,                        -- no longer than this
  state            text NOT NULL CHECK (state IN ('asked', 'declined', 'sent', 'noted', 'refused', 'lifting', 'lifted')),
  asked_at         timestamptz NOT NULL,
  asked_by         uuid NOT NULL REFERENCES account,
  asker            text NOT NULL,                        -- name
  decided_at       timestamptz,
  decided_by       uuid REFERENCES account,
  decider          text NOT NULL DEFAULT '',             -- name
  grounds          text NOT NULL DEFAULT '',
  document_id      uuid UNIQUE REFERENCES document,
  register_no      text NOT NULL DEFAULT '',
  register_on      date,
  lift_reason      text NOT NULL DEFAULT '',
  lift_at          timestamptz,
  lifter           text NOT NULL DEFAULT '',             -- name
  lift_document_id uuid UNIQUE REFERENCES document,
  lifted_no        text NOT NULL DEFAULT '',
  lifted_on        date,
  answer           text NOT NULL DEFAULT '',             -- what the register said last
  CHECK ((state = 'asked') = (decided_at IS NULL) AND (state = 'asked') = (decided_by IS NULL)),
  CHECK (decided_by IS NULL OR decided_by <> asked_by),
  CHECK ((state IN ('asked', 'declined')) = (document_id IS NULL)),
  CHECK (state <> 'noted' OR register_on IS NOT NULL AND register_no <> ''),
  CHECK (state NOT IN ('lifting', 'lifted') OR lift_at IS NOT NULL AND lift_reason <> '' AND lift_document_id IS NOT NULL),
  CHECK ((state = 'lifted') = (lifted_on IS NOT NULL))
);
CREATE INDEX annotation_case ON annotation (case_id, asked_at);
-- One of a case waits or stands at a time.
CREATE UNIQUE INDEX annotation_open ON annotation (case_id) WHERE state IN ('asked', 'sent', 'noted', 'lifting');

ALTER TABLE authority DROP CONSTRAINT authority_kind_check,
  ADD CONSTRAINT authority_kind_check CHECK (kind IN ('police', 'district', 'bureau', 'supervision', 'register'));
ALTER TABLE transfer DROP CONSTRAINT transfer_subject_kind_check,
  ADD CONSTRAINT transfer_subject_kind_check CHECK (subject_kind IN ('lead', 'case', 'annotation', 'lifting')),
  ADD COLUMN their_day date; -- of the register's entry
-- A lifting that the register sent back is asked for again; whether anything else was handed
-- over before counts as ever.
ALTER TABLE transfer DROP CONSTRAINT transfer_subject_authority_id_key;
CREATE UNIQUE INDEX transfer_subject_authority_id_key ON transfer (subject, authority_id, subject_kind) WHERE NOT (subject_kind = 'lifting' AND state = 'returned');

-- +goose Down
DROP INDEX transfer_subject_authority_id_key;
ALTER TABLE transfer DROP COLUMN their_day, DROP CONSTRAINT transfer_subject_kind_check,
  ADD CONSTRAINT transfer_subject_kind_check CHECK (subject_kind IN ('lead', 'case')),
  ADD CONSTRAINT transfer_subject_authority_id_key UNIQUE (subject, authority_id);
ALTER TABLE authority DROP CONSTRAINT authority_kind_check,
  ADD CONSTRAINT authority_kind_check CHECK (kind IN ('police', 'district', 'bureau', 'supervision'));
DROP TABLE annotation;
