-- +goose Up

-- The sign that stands by a camera (标志明显, Penalty Law art. 41), as photographed. One
-- a camera, so that a picture that shows a person can be taken away (PIPL art. 47); the
-- change log keeps the digests of those before.
CREATE TABLE camera_sign (
  camera_id uuid PRIMARY KEY REFERENCES camera,
  sha256    bytea NOT NULL CHECK (length(sha256) = 32),
  picture   bytea NOT NULL CHECK (length(picture) <= 2097152), -- JPEG without metadata
  at        timestamptz NOT NULL,
  by_whom   text NOT NULL
);

-- +goose Down
DROP TABLE camera_sign;
