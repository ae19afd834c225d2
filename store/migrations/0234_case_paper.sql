-- +goose Up

-- What came with a step: a party's own evidence with its statement, pictures and scans of
-- how a decision was served. Their digests stand in the process record.
CREATE TABLE case_paper (
  id      uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES casefile,
  event   text NOT NULL,
  at      timestamptz NOT NULL,
  type    text NOT NULL CHECK (type IN ('image/jpeg', 'application/pdf')),
  sha256  bytea NOT NULL CHECK (length(sha256) = 32),
  content bytea NOT NULL CHECK (length(content) <= 2097152) -- pictures without metadata
);
CREATE INDEX case_paper_case ON case_paper (case_id, at);
CREATE TRIGGER case_paper_kept BEFORE UPDATE OR DELETE ON case_paper FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE case_paper;
