-- +goose Up

-- A camera that is registered but that no node is to watch: planned, or kept for what
-- it saw before.
ALTER TABLE camera ADD COLUMN unwatched boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE camera DROP COLUMN unwatched;
