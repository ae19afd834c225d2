-- +goose Up

-- What a changed formula of the risk grade would have changed, as somebody was shown it. A
-- formula is made to hold only by who was shown what this very one does, within the day: what
-- it does depends on what has happened with the objects until then.
CREATE TABLE grade_trial (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  body    jsonb NOT NULL,        -- the formula, without a version
  base    integer NOT NULL,      -- the newest version at that time
  by_whom text NOT NULL,
  at      timestamptz NOT NULL,
  objects integer NOT NULL,
  changed integer NOT NULL
);
CREATE INDEX grade_trial_by ON grade_trial (by_whom, at);
CREATE TRIGGER grade_trial_kept BEFORE UPDATE OR DELETE ON grade_trial FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE grade_formula ADD COLUMN trial bigint REFERENCES grade_trial; -- none: from before

-- +goose StatementBegin
CREATE FUNCTION formula_was_tried() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM grade_trial t WHERE t.id = NEW.trial AND t.body = NEW.body - 'version' AND t.base = NEW.version - 1
      AND t.by_whom = NEW.by_whom AND t.at BETWEEN NEW.at - interval '1 day' AND NEW.at) THEN
    RAISE EXCEPTION 'formula % of the risk grade was not tried by % within the day', NEW.version, NEW.by_whom USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER grade_formula_tried BEFORE INSERT ON grade_formula FOR EACH ROW EXECUTE FUNCTION formula_was_tried();

-- +goose Down
DROP TRIGGER grade_formula_tried ON grade_formula;
DROP FUNCTION formula_was_tried();
ALTER TABLE grade_formula DROP COLUMN trial;
DROP TABLE grade_trial;
