-- +goose Up

-- The provider pays parts of an order back: each refund has a number of its own, which is its
-- key there. Those from before have their order's.
ALTER TABLE refund ADD COLUMN id uuid;
UPDATE refund SET id = order_id;
ALTER TABLE refund ALTER COLUMN id SET NOT NULL;
ALTER TABLE refund DROP CONSTRAINT refund_pkey;
ALTER TABLE refund ADD PRIMARY KEY (id);
CREATE INDEX refund_order ON refund (order_id);
CREATE INDEX refund_day ON refund (refunded_at);

-- Never more of an order than was paid.
-- +goose StatementBegin
CREATE FUNCTION refuse_refund_beyond() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(r.amount_fen) FROM refund r WHERE r.order_id = NEW.order_id) > (SELECT o.amount_fen FROM payment_order o WHERE o.id = NEW.order_id) THEN
    RAISE EXCEPTION 'order % would be paid back beyond what was paid', NEW.order_id;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER refund_within AFTER INSERT OR UPDATE OF amount_fen, order_id ON refund FOR EACH ROW EXECUTE FUNCTION refuse_refund_beyond();

-- +goose Down
DROP TRIGGER refund_within ON refund;
DROP FUNCTION refuse_refund_beyond();
DROP INDEX refund_day;
DROP INDEX refund_order;
ALTER TABLE refund DROP CONSTRAINT refund_pkey;
ALTER TABLE refund ADD PRIMARY KEY (order_id); -- where an order was paid back in parts this fails, as it must
ALTER TABLE refund DROP COLUMN id;
