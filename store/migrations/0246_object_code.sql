-- +goose Up

-- An object's own code (一点一码) hangs at the place: a photograph of it there is kept among
-- its papers.
ALTER TABLE object_paper DROP CONSTRAINT object_paper_kind_check;
ALTER TABLE object_paper ADD CONSTRAINT object_paper_kind_check CHECK (kind IN ('commitment', 'photo', 'code'));
CREATE INDEX object_paper_code ON object_paper (object_id) WHERE kind = 'code' AND withdrawn_at IS NULL;

-- +goose Down
DROP INDEX object_paper_code;
DELETE FROM object_paper WHERE kind = 'code';
ALTER TABLE object_paper DROP CONSTRAINT object_paper_kind_check;
ALTER TABLE object_paper ADD CONSTRAINT object_paper_kind_check CHECK (kind IN ('commitment', 'photo'));
