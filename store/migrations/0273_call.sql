-- +goose Up

-- A reminder whose SMS does not arrive may be said in a call, once: a row of its own.
ALTER TABLE message DROP CONSTRAINT message_channel_check;
ALTER TABLE message
  ADD CONSTRAINT message_channel_check CHECK (channel IN ('sms', 'mail', 'voice')),
  ADD COLUMN instead_of uuid UNIQUE REFERENCES message, -- the SMS that a call stands in for
  ADD CONSTRAINT message_call CHECK ((channel = 'voice') = (instead_of IS NOT NULL));

-- +goose Down
DELETE FROM message WHERE channel = 'voice';
ALTER TABLE message DROP CONSTRAINT message_call, DROP COLUMN instead_of, DROP CONSTRAINT message_channel_check;
ALTER TABLE message ADD CONSTRAINT message_channel_check CHECK (channel IN ('sms', 'mail'));
