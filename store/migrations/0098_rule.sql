-- +goose Up

-- The law as data that the bureau enters: matters and working days, as YAML. What one
-- person enters another puts into force; the newest approval of a key holds. Neither text
-- nor author is ever changed.
CREATE SEQUENCE rule_approval;
CREATE TABLE rule (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('matter', 'year')),
  key           text NOT NULL,
  text          text NOT NULL,
  reason        text NOT NULL,
  by_id         uuid NOT NULL,
  by_name       text NOT NULL,
  at            timestamptz NOT NULL,
  approval      bigint UNIQUE,       -- in the order in which they were put into force
  approved_by   uuid CHECK (approved_by <> by_id),
  approved_name text,
  approved_at   timestamptz,
  CHECK ((approval IS NULL) = (approved_by IS NULL))
);
CREATE INDEX rule_holds ON rule (kind, key, approval DESC) WHERE approval IS NOT NULL;
-- +goose StatementBegin
CREATE FUNCTION keep_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.approval IS NOT NULL OR (NEW.id, NEW.kind, NEW.key, NEW.text, NEW.reason, NEW.by_id, NEW.by_name, NEW.at)
    IS DISTINCT FROM (OLD.id, OLD.kind, OLD.key, OLD.text, OLD.reason, OLD.by_id, OLD.by_name, OLD.at) THEN
    RAISE EXCEPTION 'a rule that was entered is never changed or deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER rule_kept BEFORE UPDATE OR DELETE ON rule FOR EACH ROW EXECUTE FUNCTION keep_rule();

-- +goose Down
DROP TABLE rule;
DROP FUNCTION keep_rule;
DROP SEQUENCE rule_approval;
