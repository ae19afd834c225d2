-- +goose Up

-- Fines that were paid at a bank's or the treasury's counter: the receipt, entered by one and
-- confirmed by another. A receipt counts once.
CREATE TABLE counter_payment (
  id         uuid PRIMARY KEY,
  case_id    uuid NOT NULL REFERENCES casefile,
  receipt_no text NOT NULL CHECK (receipt_no <> ''),
  paid_on    date NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  papers     uuid[] NOT NULL CHECK (cardinality(papers) > 0), -- case_paper: pictures and scans of the receipt
  state      text NOT NULL CHECK (state IN ('asked', 'confirmed', 'declined')),
  asked_at   timestamptz NOT NULL,
  asked_by   uuid NOT NULL REFERENCES account,
  asker      text NOT NULL,             -- name
  decided_at timestamptz,
  decided_by uuid REFERENCES account,
  decider    text NOT NULL DEFAULT '',  -- name
  grounds    text NOT NULL DEFAULT '',
  CHECK ((state = 'asked') = (decided_by IS NULL)),
  CHECK ((state = 'asked') = (decided_at IS NULL)),
  CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE INDEX counter_payment_case ON counter_payment (case_id, asked_at);
CREATE INDEX counter_payment_day ON counter_payment (paid_on);
CREATE UNIQUE INDEX counter_payment_receipt ON counter_payment (receipt_no) WHERE state <> 'declined';
-- One waits at a time.
CREATE UNIQUE INDEX counter_payment_waits ON counter_payment (case_id) WHERE state = 'asked';

-- By which way the money of a notice came. A notice of a counter's has the payment's id as
-- its order.
ALTER TABLE payment_notice ADD COLUMN channel text NOT NULL DEFAULT 'provider' CHECK (channel IN ('provider', 'counter'));
CREATE INDEX payment_notice_receipt ON payment_notice (receipt_no);

-- +goose Down
DROP INDEX payment_notice_receipt;
ALTER TABLE payment_notice DROP COLUMN channel;
DROP TABLE counter_payment;
