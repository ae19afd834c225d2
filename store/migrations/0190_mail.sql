-- +goose Up

-- A message goes by SMS and, where the party has an address, by e-mail too: a row each.
ALTER TABLE message
  ADD COLUMN channel text NOT NULL DEFAULT 'sms' CHECK (channel IN ('sms', 'mail')),
  ADD COLUMN email   text NOT NULL DEFAULT '';

-- +goose Down
DELETE FROM message WHERE channel = 'mail';
ALTER TABLE message DROP COLUMN channel, DROP COLUMN email;
