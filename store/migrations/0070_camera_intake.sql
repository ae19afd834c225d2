-- +goose Up

-- What the rows of a file are: objects or cameras.
ALTER TABLE intake_batch ADD COLUMN subject text NOT NULL DEFAULT 'objects' CHECK (subject IN ('objects', 'cameras'));

-- +goose Down
ALTER TABLE intake_batch DROP COLUMN subject;
