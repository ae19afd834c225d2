-- +goose Up

-- What lies in the spool of each watching node, as it last said. A node that is gone
-- leaves its row: what it holds is still to come.
CREATE TABLE node_spool (
  node    text PRIMARY KEY,
  waiting int NOT NULL CHECK (waiting >= 0),
  oldest  timestamptz CHECK ((oldest IS NULL) = (waiting = 0)),
  at      timestamptz NOT NULL
);

-- +goose Down
DROP TABLE node_spool;
