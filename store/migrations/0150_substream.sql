-- +goose Up

-- The address of a camera's same view in fewer pixels, which looks are then taken from:
-- encrypted as the first one is, and as it may be shown. '': there is none.
ALTER TABLE camera ADD COLUMN substream_sealed bytea,
  ADD COLUMN substream_shown text NOT NULL DEFAULT '',
  ADD CONSTRAINT substream_whole CHECK ((substream_sealed IS NULL) = (substream_shown = ''));

-- +goose Down
ALTER TABLE camera DROP COLUMN substream_sealed, DROP COLUMN substream_shown;
