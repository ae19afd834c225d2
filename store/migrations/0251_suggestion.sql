-- +goose Up

-- Suggestions to another body or a company (执法建议书) that came of a case, and their replies.
CREATE TABLE suggestion (
  id          uuid PRIMARY KEY,
  case_id     uuid NOT NULL REFERENCES casefile,
  document_id uuid NOT NULL UNIQUE REFERENCES document,
  recipient   text NOT NULL CHECK (recipient <> ''),
  suggestion  text NOT NULL CHECK (suggestion <> ''),
  basis       text NOT NULL CHECK (basis <> ''),
  reply_by    date NOT NULL,
  issued_at   timestamptz NOT NULL,
  issuer      text NOT NULL,             -- name
  outcome     text CHECK (outcome IN ('adopted', 'partly', 'declined')),
  reply       text NOT NULL DEFAULT '',
  replied_on  date,
  entered_at  timestamptz,
  enterer     text NOT NULL DEFAULT '',  -- name
  CHECK ((outcome IS NULL) = (replied_on IS NULL) AND (outcome IS NULL) = (entered_at IS NULL) AND (outcome IS NULL) = (reply = ''))
);
CREATE INDEX suggestion_case ON suggestion (case_id, issued_at);

-- +goose Down
DROP TABLE suggestion;
