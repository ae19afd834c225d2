-- +goose Up

-- When somebody last looked at the camera's picture: of others it is written seldom.
ALTER TABLE camera_live ADD COLUMN wanted_at timestamptz;

-- +goose Down
ALTER TABLE camera_live DROP COLUMN wanted_at;
