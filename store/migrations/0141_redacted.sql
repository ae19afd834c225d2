-- +goose Up

-- Redacted copies (people and vehicles covered) of a case's bundles: bundles of their own,
-- sealed, for the party to take along.
CREATE TABLE redacted_copy (
  bundle    uuid PRIMARY KEY,
  parent    uuid NOT NULL UNIQUE REFERENCES evidence,
  case_id   uuid NOT NULL REFERENCES casefile,
  sealed_at timestamptz NOT NULL,
  receipt   jsonb NOT NULL
);
CREATE INDEX redacted_copy_case ON redacted_copy (case_id, sealed_at);
CREATE TRIGGER redacted_copy_kept BEFORE UPDATE OR DELETE ON redacted_copy FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE redacted_copy;
