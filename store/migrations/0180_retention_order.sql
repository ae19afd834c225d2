-- +goose Up

-- Who ordered that a line of the retention schedule holds for another number of days, and
-- who agreed: another person. Both are kept; the order that was agreed to last counts.
CREATE TABLE retention_order (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule    text NOT NULL,
  days    integer NOT NULL CHECK (days > 0),
  reason  text NOT NULL,
  by_id   uuid NOT NULL,
  by_name text NOT NULL,
  at      timestamptz NOT NULL
);
CREATE TABLE retention_agreement (
  order_id bigint PRIMARY KEY REFERENCES retention_order,
  by_id    uuid NOT NULL,
  by_name  text NOT NULL,
  at       timestamptz NOT NULL
);
-- +goose StatementBegin
CREATE FUNCTION agree_to_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM retention_order o WHERE o.id = NEW.order_id AND o.by_id = NEW.by_id) THEN
    RAISE EXCEPTION 'an order on retention is agreed to by another person' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER retention_agreement_by_another BEFORE INSERT ON retention_agreement FOR EACH ROW EXECUTE FUNCTION agree_to_retention();
CREATE TRIGGER retention_order_kept BEFORE UPDATE OR DELETE ON retention_order FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER retention_order_kept_whole BEFORE TRUNCATE ON retention_order FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER retention_agreement_kept BEFORE UPDATE OR DELETE ON retention_agreement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER retention_agreement_kept_whole BEFORE TRUNCATE ON retention_agreement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE retention_agreement, retention_order;
DROP FUNCTION agree_to_retention;
