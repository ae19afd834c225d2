-- +goose Up

-- Draws by lot that were announced; the log's entries of them stand in log_entry.
CREATE TABLE log_draw (
  id           uuid PRIMARY KEY,
  purpose      text NOT NULL,
  announcement bytea NOT NULL,      -- canonical JSON, whose digest is entered in the log
  by_whom      text NOT NULL,
  announced_at timestamptz NOT NULL,
  draws_at     timestamptz NOT NULL
);
CREATE INDEX log_draw_purpose ON log_draw (purpose, draws_at DESC, id DESC);

-- +goose Down
DROP TABLE log_draw;
