-- +goose Up

-- The formula of the risk grade, every version of it. The newest whose time has come
-- holds.
CREATE TABLE grade_formula (
  version     integer PRIMARY KEY,
  body        jsonb NOT NULL,
  active_from timestamptz NOT NULL,
  reason      text NOT NULL,
  by_whom     text NOT NULL,
  at          timestamptz NOT NULL
);
CREATE TRIGGER grade_formula_kept BEFORE UPDATE OR DELETE ON grade_formula FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What happened with an object that its grade counts.
CREATE TABLE object_event (
  id        uuid PRIMARY KEY,
  object_id uuid NOT NULL REFERENCES object,
  kind      text NOT NULL,
  at        timestamptz NOT NULL,
  source    text NOT NULL,        -- case number, complaint number, …: counted once
  points    integer,              -- of an adjustment alone
  note      text NOT NULL DEFAULT '',
  by_whom   text NOT NULL,
  UNIQUE (object_id, kind, source)
);
CREATE INDEX object_event_at ON object_event (object_id, at);
CREATE TRIGGER object_event_kept BEFORE UPDATE OR DELETE ON object_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE object_event, grade_formula;
