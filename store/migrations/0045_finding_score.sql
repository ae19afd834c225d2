-- +goose Up

-- How sure the model was of what a finding stands on: the queue's order.
ALTER TABLE casefile ADD COLUMN score double precision NOT NULL DEFAULT 0;
UPDATE casefile SET score = coalesce((SELECT max((box->>'score')::double precision)
  FROM jsonb_array_elements(CASE jsonb_typeof(dossier->'summary'->'boxes') WHEN 'array' THEN dossier->'summary'->'boxes' ELSE '[]' END) box), 0);
CREATE INDEX casefile_score ON casefile (state, (-score), raised_at, id);
CREATE INDEX casefile_object ON casefile (object_id, raised_at DESC, id DESC) WHERE object_id IS NOT NULL;

-- +goose Down
DROP INDEX casefile_object, casefile_score;
ALTER TABLE casefile DROP COLUMN score;
