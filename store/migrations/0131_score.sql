-- +goose Up

-- What work is worth in the reports of teams, every version; the newest holds. Without
-- one, the points that ship with the program do (version 0).
CREATE TABLE score_rules (
  version integer PRIMARY KEY CHECK (version > 0),
  body    jsonb NOT NULL,   -- measure -> points
  at      timestamptz NOT NULL,
  by_whom text NOT NULL,
  reason  text NOT NULL
);
CREATE TRIGGER score_rules_kept BEFORE UPDATE OR DELETE ON score_rules FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE score_rules;
