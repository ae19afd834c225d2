-- +goose Up

-- The brigades (大队) of the district with the townships that each covers: the level between
-- the two, by which figures and reports are added up. A township is of one brigade at most.
CREATE TABLE brigade (
  name      text PRIMARY KEY,
  townships text[] NOT NULL
);

-- +goose Down
DROP TABLE brigade;
