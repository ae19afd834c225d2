-- +goose Up

-- The plan's figures as they stood at the end of a month: the exact text whose digest
-- is in the transparency log, so that a reported figure can be proved later.
CREATE TABLE quota_snapshot (
  month     date PRIMARY KEY,   -- its first day
  at        timestamptz NOT NULL,
  body      text NOT NULL,
  sha256    text NOT NULL,
  proof     bytea               -- NULL until it stands in the log
);
-- +goose StatementBegin
CREATE FUNCTION keep_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.proof IS NOT NULL OR NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256 OR NEW.month <> OLD.month OR NEW.at <> OLD.at THEN
    RAISE EXCEPTION 'sealed figures are never changed or deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER quota_snapshot_kept BEFORE UPDATE OR DELETE ON quota_snapshot FOR EACH ROW EXECUTE FUNCTION keep_sealed();

CREATE INDEX other_case_filed ON other_case (filed_on);

-- +goose Down
DROP INDEX other_case_filed;
DROP TABLE quota_snapshot;
DROP FUNCTION keep_sealed;
