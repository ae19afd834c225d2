-- +goose Up

-- Which instalment an order is for, counted from one; 0: all that is owed.
ALTER TABLE payment_order ADD COLUMN instalment integer NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE payment_order DROP COLUMN instalment;
