-- +goose Up

-- Who has looked at a published decision, and whether it may stay: masked rightly, the
-- right words. The newest check of a case counts; one that says no withdraws it.
CREATE TABLE publication_check (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES casefile,
  at      timestamptz NOT NULL,
  by_whom uuid NOT NULL,
  by_name text NOT NULL,
  sound   boolean NOT NULL,
  reason  text NOT NULL
);
CREATE INDEX publication_check_case ON publication_check (case_id, id DESC);
CREATE TRIGGER publication_check_kept BEFORE UPDATE OR DELETE ON publication_check FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE publication_check;
