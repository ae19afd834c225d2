-- +goose Up

-- Draws of inspections and reviews are announced and drawn as all others are, in
-- log_draw; what came of them stays here. Those that were drawn by the rule before keep
-- their text and proofs, by which they are checked (docs/decisions/0007); one that was
-- announced and not yet drawn is announced anew.
DELETE FROM draw WHERE drawn IS NULL;
DROP INDEX draw_waits;
ALTER TABLE draw ADD COLUMN population integer, ADD COLUMN wanted integer;
UPDATE draw SET population = json_array_length(text::json->'tickets') + json_array_length(text::json->'always'),
  wanted = (text::json->>'wanted')::integer + json_array_length(text::json->'always');
ALTER TABLE draw ALTER COLUMN population SET NOT NULL, ALTER COLUMN wanted SET NOT NULL, ALTER COLUMN text DROP NOT NULL, ALTER COLUMN sha256 DROP NOT NULL;
CREATE INDEX draw_waits ON draw (draw_at) WHERE seed = '';

-- +goose Down
DROP INDEX draw_waits;
DELETE FROM draw WHERE text IS NULL AND NOT EXISTS (SELECT FROM draw_task t WHERE t.draw_id = draw.id);
ALTER TABLE draw DROP COLUMN population, DROP COLUMN wanted;
CREATE INDEX draw_waits ON draw (draw_at) WHERE drawn IS NULL;
