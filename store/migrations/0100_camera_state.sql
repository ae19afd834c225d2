-- +goose Up

-- Where the rules of a camera stand, so that the node that takes it over goes on there.
-- Written by the holder of the lease, with its fencing number. It holds pictures: what
-- nobody renews is deleted within a day (package privacy).
CREATE TABLE camera_state (
  camera_id uuid PRIMARY KEY,
  node      text NOT NULL,        -- that wrote it
  fence     bigint NOT NULL,
  version   int NOT NULL,         -- of the encoding
  saved_at  timestamptz NOT NULL,
  state     bytea NOT NULL CHECK (octet_length(state) <= 1048576),
  frames    bytea CHECK (octet_length(frames) <= 2097152),    -- held for stills
  baseline  bytea CHECK (octet_length(baseline) <= 1048576)   -- the clean picture
);

-- +goose Down
DROP TABLE camera_state;
