-- +goose Up

-- What is recorded of an inquiry by video, on its way to the seal: files in pieces, each
-- kept as it comes. They go when the sealed bundle is known.
CREATE TABLE room_part (
  room_id uuid NOT NULL,       -- also the bundle's
  case_id uuid NOT NULL,       -- no reference: a step that ends an inquiry holds the case while the last piece is kept
  file    text NOT NULL,
  seq     integer NOT NULL,
  at      timestamptz NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (room_id, file, seq)
);
ALTER TABLE room_part ALTER COLUMN content SET STORAGE EXTERNAL; -- compressed already

-- The portal's second factor: a code sent to the party's telephone.
ALTER TABLE portal_session ADD COLUMN proved_at timestamptz;
CREATE TABLE portal_code (
  case_id    uuid PRIMARY KEY REFERENCES casefile,
  code_hmac  bytea NOT NULL,
  sent_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  tries      integer NOT NULL DEFAULT 0,
  day        date NOT NULL,
  sent       integer NOT NULL DEFAULT 1  -- on that day
);

-- +goose Down
DROP TABLE portal_code;
ALTER TABLE portal_session DROP COLUMN proved_at;
DROP TABLE room_part;
