-- +goose Up

-- Archived cases whose evidence goes, since two people ordered it: the line of the retention
-- schedule, and the end of the case that was the last to count. Casework deletes what no lock or
-- hold keeps.
CREATE TABLE evidence_due (
  case_id uuid PRIMARY KEY REFERENCES casefile,
  rule    text NOT NULL,
  before  timestamptz NOT NULL
);
CREATE TRIGGER evidence_due_kept BEFORE UPDATE OR DELETE ON evidence_due FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE evidence_due;
