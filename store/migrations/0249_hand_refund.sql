-- +goose Up

-- What is paid back by hand, through the treasury: parts of a payment, what came by counter
-- or transfer, what a reconsideration took off a paid fine. One enters it, another confirms.
CREATE TABLE hand_refund (
  id           uuid PRIMARY KEY,
  case_id      uuid NOT NULL REFERENCES casefile,
  cause        text NOT NULL CHECK (cause IN ('owed', 'lowered', 'counter')),
  receipt_no   text NOT NULL DEFAULT '',  -- of the payment that came by counter or transfer
  received_fen bigint NOT NULL DEFAULT 0, -- what came by it
  amount_fen   bigint NOT NULL CHECK (amount_fen > 0),
  reason       text NOT NULL CHECK (reason <> ''),
  state        text NOT NULL CHECK (state IN ('asked', 'confirmed', 'declined', 'paid')),
  asked_at     timestamptz NOT NULL,
  asked_by     uuid NOT NULL REFERENCES account,
  asker        text NOT NULL,             -- name
  decided_at   timestamptz,
  decided_by   uuid REFERENCES account,
  decider      text NOT NULL DEFAULT '',  -- name
  grounds      text NOT NULL DEFAULT '',
  treasury_no  text NOT NULL DEFAULT '',  -- under which the treasury paid
  paid_on      date,
  CHECK ((cause = 'counter') = (receipt_no <> '')),
  CHECK (cause <> 'counter' OR received_fen >= amount_fen),
  CHECK ((state = 'asked') = (decided_by IS NULL)),
  CHECK ((state = 'asked') = (decided_at IS NULL)),
  CHECK (decided_by IS NULL OR decided_by <> asked_by),
  CHECK ((state = 'paid') = (paid_on IS NOT NULL AND treasury_no <> ''))
);
CREATE INDEX hand_refund_case ON hand_refund (case_id, asked_at);
-- One waits at a time.
CREATE UNIQUE INDEX hand_refund_waits ON hand_refund (case_id) WHERE state = 'asked';

-- +goose Down
DROP TABLE hand_refund;
