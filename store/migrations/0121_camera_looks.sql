-- +goose Up

-- What the models said of the looks of the last hour, for trying a zone's rule on it: no
-- pictures. A row a camera and minute; every writing deletes what is older than an hour.
-- It may be lost with a crash, so it is not logged.
CREATE UNLOGGED TABLE camera_looks (
  camera_id uuid NOT NULL,
  at        timestamptz NOT NULL, -- of writing, by our clock: a camera's may be anything
  looks     bytea NOT NULL CHECK (length(looks) <= 1048576), -- detectors/hindsight
  PRIMARY KEY (camera_id, at)
);
ALTER TABLE camera_looks ALTER looks SET STORAGE EXTERNAL; -- compressed already
CREATE INDEX camera_looks_at ON camera_looks (at);

-- +goose Down
DROP TABLE camera_looks;
