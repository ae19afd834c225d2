-- +goose Up

-- A single character is searched for as the beginning of a party's name; it has no pair of
-- characters to be found by, and every case was read for it.
CREATE INDEX casefile_party_begins ON casefile (party text_pattern_ops) WHERE party <> '';

-- +goose Down
DROP INDEX casefile_party_begins;
