-- +goose Up

-- What a case is found by stands apart from it: every step of a case writes its row anew, and
-- with it each entry of each of its indexes, while number, party, object and place change
-- three times at most. Of what a step cost the database, more than half was this index.
CREATE TABLE case_search (
  case_id uuid PRIMARY KEY REFERENCES casefile ON DELETE CASCADE,
  grams   text[] NOT NULL -- pairs of characters of number, party, object and place
);
INSERT INTO case_search SELECT id, grams FROM casefile;
CREATE INDEX case_search_grams ON case_search USING gin (grams) WITH (fastupdate = off);
ALTER TABLE casefile DROP COLUMN grams;
ANALYZE case_search;

-- +goose Down
ALTER TABLE casefile ADD COLUMN grams text[] NOT NULL DEFAULT '{}';
UPDATE casefile SET grams = s.grams FROM case_search s WHERE s.case_id = id;
CREATE INDEX casefile_grams ON casefile USING gin (grams) WITH (fastupdate = off);
DROP TABLE case_search;
