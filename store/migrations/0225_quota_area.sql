-- +goose Up

-- The figures of each brigade and township are sealed beside the district's, each as a text
-- of its own: who sees one township can prove its figures without the others'. townships are
-- those that the area covered when it was sealed; the district has none.
ALTER TABLE quota_snapshot
  ADD COLUMN level     text NOT NULL DEFAULT 'district' CHECK (level IN ('district', 'brigade', 'township')),
  ADD COLUMN area      text NOT NULL DEFAULT '',
  ADD COLUMN townships text[] NOT NULL DEFAULT '{}',
  DROP CONSTRAINT quota_snapshot_pkey,
  ADD PRIMARY KEY (month, level, area),
  ADD CHECK ((level = 'district') = (area = '')),
  ADD CHECK ((level = 'district') = (cardinality(townships) = 0));

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.proof IS NOT NULL OR (NEW.body, NEW.sha256, NEW.month, NEW.at, NEW.level, NEW.area, NEW.townships)
      IS DISTINCT FROM (OLD.body, OLD.sha256, OLD.month, OLD.at, OLD.level, OLD.area, OLD.townships) THEN
    RAISE EXCEPTION 'sealed figures are never changed or deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.proof IS NOT NULL OR NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256 OR NEW.month <> OLD.month OR NEW.at <> OLD.at THEN
    RAISE EXCEPTION 'sealed figures are never changed or deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
ALTER TABLE quota_snapshot DISABLE TRIGGER quota_snapshot_kept;
DELETE FROM quota_snapshot WHERE level <> 'district';
ALTER TABLE quota_snapshot ENABLE TRIGGER quota_snapshot_kept;
ALTER TABLE quota_snapshot DROP COLUMN townships, DROP COLUMN area, DROP COLUMN level, ADD PRIMARY KEY (month);
