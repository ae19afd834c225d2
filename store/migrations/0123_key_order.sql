-- +goose Up

-- Who ordered a sealing key to be replaced or revoked, and who agreed. The order is carried
-- out at the server; trust.json says when. Orders are never changed or deleted, but agreed to
-- once, by another person.
CREATE TABLE key_order (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action      text NOT NULL CHECK (action IN ('rotate', 'revoke')),
  key_id      text NOT NULL,
  reason      text NOT NULL,
  by_id       uuid NOT NULL,
  by_name     text NOT NULL,
  at          timestamptz NOT NULL,
  agreed_by   uuid CHECK (agreed_by <> by_id),
  agreed_name text,
  agreed_at   timestamptz,
  CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
  CHECK ((agreed_by IS NULL) = (agreed_name IS NULL))
);
CREATE UNIQUE INDEX key_order_open ON key_order (action, key_id) WHERE agreed_by IS NULL;
-- +goose StatementBegin
CREATE FUNCTION keep_key_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.agreed_by IS NOT NULL OR (NEW.id, NEW.action, NEW.key_id, NEW.reason, NEW.by_id, NEW.by_name, NEW.at)
    IS DISTINCT FROM (OLD.id, OLD.action, OLD.key_id, OLD.reason, OLD.by_id, OLD.by_name, OLD.at) THEN
    RAISE EXCEPTION 'an order for a key is never changed or deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER key_order_kept BEFORE UPDATE OR DELETE ON key_order FOR EACH ROW EXECUTE FUNCTION keep_key_order();

-- +goose Down
DROP TABLE key_order;
DROP FUNCTION keep_key_order;
