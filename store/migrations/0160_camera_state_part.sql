-- +goose Up

-- What changes seldom or never of where the rules of a camera stand lies apart, so that it
-- is not written each two seconds: the registered view, the clean baseline, looks of a
-- suspicion, pictures held for stills. The state names its parts; it goes, they go.
CREATE TABLE camera_state_part (
  camera_id uuid NOT NULL REFERENCES camera_state ON DELETE CASCADE,
  name      text NOT NULL,
  content   bytea NOT NULL CHECK (octet_length(content) <= 2097152),
  PRIMARY KEY (camera_id, name)
);
ALTER TABLE camera_state DROP COLUMN frames, DROP COLUMN baseline;

-- +goose Down
DROP TABLE camera_state_part;
ALTER TABLE camera_state
  ADD COLUMN frames   bytea CHECK (octet_length(frames) <= 2097152),
  ADD COLUMN baseline bytea CHECK (octet_length(baseline) <= 1048576);
