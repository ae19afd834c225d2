-- +goose Up

-- The party may name an e-mail address beside the telephone (Penalty Law art. 61).
ALTER TABLE consent ADD COLUMN email text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE consent DROP COLUMN email;
