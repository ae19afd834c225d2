-- +goose Up

-- A paper is compressed already: trying again holds the case's row longer for nothing.
-- Papers that are there stay as they are, and read alike.
ALTER TABLE document ALTER COLUMN pdf SET STORAGE EXTERNAL;

-- +goose Down
ALTER TABLE document ALTER COLUMN pdf SET STORAGE EXTENDED;
