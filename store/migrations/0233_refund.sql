-- +goose Up

-- Payments that the treasury owes back in whole: the decision was revoked, or a fine was
-- paid twice. The provider is asked until it has paid back.
CREATE TABLE refund (
  order_id    uuid PRIMARY KEY REFERENCES payment_order,
  case_id     uuid NOT NULL REFERENCES casefile,
  amount_fen  bigint NOT NULL CHECK (amount_fen > 0),
  reason      text NOT NULL,          -- as the provider is told, without private data
  owed_at     timestamptz NOT NULL,
  refunded_at timestamptz
);
CREATE INDEX refund_case ON refund (case_id);

-- +goose Down
DROP TABLE refund;
