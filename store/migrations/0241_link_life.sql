-- +goose Up

-- A party's link opens its case as long as the case runs, and a while beyond; it ended
-- after 365 days, whatever the case did.
ALTER TABLE portal_link RENAME COLUMN created_at TO given_at;
ALTER TABLE portal_link DROP COLUMN expires_at;

-- +goose Down
ALTER TABLE portal_link ADD COLUMN expires_at timestamptz;
UPDATE portal_link SET expires_at = given_at + interval '365 days';
ALTER TABLE portal_link ALTER COLUMN expires_at SET NOT NULL;
ALTER TABLE portal_link RENAME COLUMN given_at TO created_at;
