-- +goose Up

-- To whom leads and cases are handed over. Who has a system of its own signs receipts
-- with its key.
CREATE TABLE authority (
  id         uuid PRIMARY KEY,
  name       text NOT NULL UNIQUE,
  kind       text NOT NULL CHECK (kind IN ('police', 'district', 'bureau', 'supervision')),
  public_key bytea CHECK (length(public_key) = 32),  -- Ed25519
  created_at timestamptz NOT NULL,
  by_whom    text NOT NULL
);
ALTER TABLE api_key ADD COLUMN authority_id uuid REFERENCES authority;

-- What was handed over to whom: the letter's exact text, whose digest the receipt signs.
CREATE TABLE transfer (
  id           uuid PRIMARY KEY,
  number       text NOT NULL UNIQUE,
  subject_kind text NOT NULL CHECK (subject_kind IN ('lead', 'case')),
  subject      uuid NOT NULL,
  authority_id uuid NOT NULL REFERENCES authority,
  letter       text NOT NULL,
  sha256       text NOT NULL,
  sent_at      timestamptz NOT NULL,
  by_whom      text NOT NULL,
  by_name      text NOT NULL,
  state        text NOT NULL CHECK (state IN ('sent', 'received', 'accepted', 'returned', 'closed')),
  their_ref    text NOT NULL DEFAULT '',
  note         text NOT NULL DEFAULT '',
  changed_at   timestamptz NOT NULL,
  UNIQUE (subject, authority_id)
);
CREATE INDEX transfer_list ON transfer (sent_at DESC, id DESC);
CREATE INDEX transfer_authority ON transfer (authority_id, sent_at DESC);

-- The receipt, once: signed by the authority's key, or its paper scanned.
CREATE TABLE transfer_receipt (
  transfer_id uuid PRIMARY KEY REFERENCES transfer,
  receiver    text NOT NULL,
  received_at timestamptz NOT NULL,
  signature   bytea,
  scan        bytea,
  scan_type   text NOT NULL DEFAULT '',
  entered_at  timestamptz NOT NULL,
  by_whom     text NOT NULL,
  CHECK ((signature IS NULL) <> (scan IS NULL))
);
CREATE TRIGGER transfer_receipt_kept BEFORE UPDATE OR DELETE ON transfer_receipt FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE transfer_event (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer_id uuid NOT NULL REFERENCES transfer,
  at          timestamptz NOT NULL,
  by_whom     text NOT NULL,
  by_name     text NOT NULL,
  event       text NOT NULL,
  note        text NOT NULL
);
CREATE INDEX transfer_event_transfer ON transfer_event (transfer_id, id);
CREATE TRIGGER transfer_event_kept BEFORE UPDATE OR DELETE ON transfer_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE transfer_event, transfer_receipt, transfer;
ALTER TABLE api_key DROP COLUMN authority_id;
DROP TABLE authority;
