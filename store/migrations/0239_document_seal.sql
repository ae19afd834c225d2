-- +goose Up

-- The bureau's signature over a document (docs/formats/document-seal.md), made in the step
-- that issues it. Documents issued before have none: their rows are kept as they are.
ALTER TABLE document ADD COLUMN seal text;

-- +goose Down
ALTER TABLE document DROP COLUMN seal;
