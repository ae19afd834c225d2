-- +goose Up

-- Who tried which service outside, and what came of it.
CREATE TABLE gateway_trial (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gateway text NOT NULL,
  at      timestamptz NOT NULL,
  by_id   uuid NOT NULL,
  by_name text NOT NULL,
  ok      boolean NOT NULL,
  took_ms int NOT NULL CHECK (took_ms >= 0),
  zh      text NOT NULL,
  en      text NOT NULL
);
CREATE INDEX gateway_trial_latest ON gateway_trial (gateway, id DESC);
CREATE TRIGGER gateway_trial_kept BEFORE UPDATE OR DELETE ON gateway_trial FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER gateway_trial_kept_whole BEFORE TRUNCATE ON gateway_trial FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE gateway_trial;
