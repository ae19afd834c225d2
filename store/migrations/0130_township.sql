-- +goose Up

-- What an account sees: the district's supervisors and staff all of it, a brigade
-- (大队) the townships it covers, a township's people their own.
ALTER TABLE account
  ADD COLUMN team      text NOT NULL DEFAULT '',  -- 中队, as reports name it
  ADD COLUMN level     text NOT NULL DEFAULT 'district' CHECK (level IN ('district', 'brigade', 'township')),
  ADD COLUMN townships text[] NOT NULL DEFAULT '{}',
  ADD CHECK (CASE level WHEN 'district' THEN cardinality(townships) = 0 WHEN 'township' THEN cardinality(townships) = 1 ELSE cardinality(townships) > 0 END);

-- Where a camera stands, and where an act was done: the object's township, else the
-- camera's. It stays when the object moves; jurisdiction is that of the place of the
-- act (Penalty Law art. 22).
ALTER TABLE camera ADD COLUMN township text NOT NULL DEFAULT '';
ALTER TABLE casefile ADD COLUMN township text NOT NULL DEFAULT '';

-- +goose StatementBegin
CREATE FUNCTION casefile_township() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.township := coalesce((SELECT nullif(township, '') FROM object WHERE id = NEW.object_id), (SELECT township FROM camera WHERE id = NEW.camera_id), '');
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER casefile_township BEFORE INSERT OR UPDATE OF object_id ON casefile FOR EACH ROW WHEN (NEW.township = '') EXECUTE FUNCTION casefile_township();

UPDATE casefile c SET township = o.township FROM object o WHERE o.id = c.object_id AND o.township <> '';

CREATE INDEX casefile_of_township ON casefile (township, changed_at DESC, id DESC);
CREATE INDEX object_township ON object (township) WHERE removed_at IS NULL;
CREATE INDEX process_record_actor ON process_record (actor_id, at) WHERE actor_id IS NOT NULL;

-- +goose Down
DROP INDEX process_record_actor, object_township, casefile_of_township;
DROP TRIGGER casefile_township ON casefile;
DROP FUNCTION casefile_township;
ALTER TABLE casefile DROP COLUMN township;
ALTER TABLE camera DROP COLUMN township;
ALTER TABLE account DROP COLUMN townships, DROP COLUMN level, DROP COLUMN team;
