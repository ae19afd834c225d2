-- +goose Up

-- An order that is not ours need not have a number like ours; its money is kept too.
ALTER TABLE payment_notice ALTER COLUMN order_id TYPE text;

-- +goose Down
ALTER TABLE payment_notice ALTER COLUMN order_id TYPE uuid
  USING CASE WHEN order_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN order_id ELSE '00000000-0000-0000-0000-000000000000' END::uuid;
