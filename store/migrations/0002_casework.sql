-- +goose Up

-- A finding, and what becomes of it: one row from the incident to the archive. The
-- columns are what is searched and sorted by; the rest is the dossier.
CREATE TABLE casefile (
  id           uuid PRIMARY KEY,          -- of the first incident
  number       text,                      -- 案号, given at filing
  state        text NOT NULL,
  version      integer NOT NULL,
  detector     text NOT NULL,
  matter       text NOT NULL,
  camera_id    uuid NOT NULL,
  zone_id      uuid NOT NULL,
  object_id    uuid,
  party_id     uuid,
  party        text NOT NULL DEFAULT '',
  object       text NOT NULL DEFAULT '',
  place        text NOT NULL DEFAULT '',
  first_at     timestamptz NOT NULL,      -- of the act
  last_at      timestamptz NOT NULL,
  raised_at    timestamptz NOT NULL,
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  filed_at     timestamptz,
  decided_at   timestamptz,
  publish_by   timestamptz,               -- seven working days after the decision
  published_at timestamptz,
  closed_at    timestamptz,
  major        boolean NOT NULL DEFAULT false, -- legal review is forced
  officers     uuid[] NOT NULL DEFAULT '{}',
  fine_fen     bigint NOT NULL DEFAULT 0,
  late_fen     bigint NOT NULL DEFAULT 0,      -- surcharge that was paid or fixed at the end
  paid_fen     bigint NOT NULL DEFAULT 0,
  timer_at     timestamptz,               -- when time itself takes the next step
  due_at       timestamptz,               -- the nearest deadline
  due          jsonb,                     -- that deadline
  grams        text[] NOT NULL DEFAULT '{}', -- pairs of characters of number, party, object and place, for searching
  dossier      jsonb NOT NULL
);
CREATE INDEX casefile_grams ON casefile USING gin (grams) WITH (fastupdate = off);
CREATE UNIQUE INDEX casefile_number ON casefile (number) WHERE number IS NOT NULL;
CREATE INDEX casefile_state ON casefile (state, raised_at, id);
CREATE INDEX casefile_raised ON casefile (raised_at, id);
CREATE INDEX casefile_changed ON casefile (changed_at DESC, id DESC);
CREATE INDEX casefile_state_changed ON casefile (state, changed_at DESC, id DESC);
CREATE INDEX casefile_timer ON casefile (timer_at) WHERE timer_at IS NOT NULL;
CREATE INDEX casefile_due ON casefile (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX casefile_zone ON casefile (zone_id, matter, last_at DESC);
CREATE INDEX casefile_party ON casefile (party_id, matter) WHERE party_id IS NOT NULL;
CREATE INDEX casefile_filed ON casefile (filed_at) WHERE filed_at IS NOT NULL;
CREATE INDEX casefile_closed ON casefile (closed_at) WHERE closed_at IS NOT NULL;

-- The process record (全过程记录). Each entry carries the digest of itself and of the
-- one before it; nothing is ever changed, a correction is a new entry.
CREATE TABLE process_record (
  case_id    uuid NOT NULL REFERENCES casefile,
  seq        integer NOT NULL,
  at         timestamptz NOT NULL,
  actor_id   uuid,
  actor      text NOT NULL,
  role       text NOT NULL,
  event      text NOT NULL,
  from_state text NOT NULL,
  to_state   text NOT NULL,
  reason     text NOT NULL,
  detail     json NOT NULL,    -- as text, for the digest: what was given, document and bundle digests
  previous   bytea NOT NULL,
  digest     bytea NOT NULL,
  PRIMARY KEY (case_id, seq)
);
CREATE INDEX process_record_at ON process_record (at);
CREATE TRIGGER process_record_kept BEFORE UPDATE OR DELETE ON process_record FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER process_record_kept_whole BEFORE TRUNCATE ON process_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Sealed bundles, by their receipts.
CREATE TABLE evidence (
  bundle    uuid PRIMARY KEY,
  case_id   uuid NOT NULL REFERENCES casefile,
  kind      text NOT NULL,     -- incident, recheck
  camera_id uuid NOT NULL,
  sealed_at timestamptz NOT NULL,
  receipt   jsonb NOT NULL,
  summary   jsonb NOT NULL
);
CREATE INDEX evidence_case ON evidence (case_id, sealed_at);
CREATE TRIGGER evidence_kept BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Gapless numbers per year and kind: the row is locked until the document is there.
CREATE TABLE document_number (
  kind text NOT NULL,
  year integer NOT NULL,
  last integer NOT NULL,
  PRIMARY KEY (kind, year)
);
CREATE TABLE document (
  id        uuid PRIMARY KEY,
  case_id   uuid NOT NULL REFERENCES casefile,
  kind      text NOT NULL,
  title_zh  text NOT NULL,
  title_en  text NOT NULL,
  number    text NOT NULL UNIQUE,
  code      text NOT NULL UNIQUE,   -- verification code
  sha256    text NOT NULL,
  issued_at timestamptz NOT NULL,
  pdf       bytea NOT NULL
);
CREATE INDEX document_case ON document (case_id, issued_at);
CREATE TRIGGER document_kept BEFORE UPDATE OR DELETE ON document FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The party's links and sessions; only SHA-256 of tokens is kept.
CREATE TABLE portal_link (
  token_sha256 bytea PRIMARY KEY,
  case_id      uuid NOT NULL REFERENCES casefile,
  nonce        text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX portal_link_case ON portal_link (case_id);
CREATE TABLE portal_session (
  cookie_sha256 bytea PRIMARY KEY,
  case_id       uuid NOT NULL REFERENCES casefile,
  csrf          text NOT NULL,
  address       text NOT NULL,
  browser       text NOT NULL,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL
);
CREATE INDEX portal_session_expires ON portal_session (expires_at);

-- What was opened in the portal, when and from where: proof of service.
CREATE TABLE portal_visit (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES casefile,
  at      timestamptz NOT NULL,
  what    text NOT NULL,          -- case, document
  subject text NOT NULL,          -- document id and digest
  address text NOT NULL,
  browser text NOT NULL
);
CREATE INDEX portal_visit_case ON portal_visit (case_id, at);
CREATE TRIGGER portal_visit_kept BEFORE UPDATE OR DELETE ON portal_visit FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Orders at the treasury's provider: one that is open per case, so that no fine is
-- paid twice.
CREATE TABLE payment_order (
  id         uuid PRIMARY KEY,
  case_id    uuid NOT NULL REFERENCES casefile,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  fine_fen   bigint NOT NULL,
  late_fen   bigint NOT NULL,
  state      text NOT NULL CHECK (state IN ('open', 'void', 'paid')),
  pay_url    text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL     -- the surcharge of the next day changes the amount
);
CREATE UNIQUE INDEX payment_order_open ON payment_order (case_id) WHERE state = 'open';
CREATE INDEX payment_order_case ON payment_order (case_id);

-- Every callback that was understood, once; what it meant stands beside it.
CREATE TABLE payment_notice (
  id          text PRIMARY KEY,       -- the provider's
  order_id    uuid NOT NULL,
  case_id     uuid,
  amount_fen  bigint NOT NULL,
  receipt_no  text NOT NULL,
  paid_at     timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  outcome     text NOT NULL,          -- credited, repeated, surplus, wrong_amount, unknown_order
  refund_fen  bigint NOT NULL         -- owed back
);
CREATE INDEX payment_notice_case ON payment_notice (case_id);
CREATE TRIGGER payment_notice_kept BEFORE UPDATE OR DELETE ON payment_notice FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Short messages and what the gateway said of them.
CREATE TABLE message (
  id           uuid PRIMARY KEY,      -- also the key at the gateway
  case_id      uuid NOT NULL REFERENCES casefile,
  template     text NOT NULL,
  phone        text NOT NULL,
  body         text NOT NULL,
  created_at   timestamptz NOT NULL,
  state        text NOT NULL CHECK (state IN ('waiting', 'accepted', 'delivered', 'failed')),
  ref          text NOT NULL DEFAULT '',
  why          text NOT NULL DEFAULT '',
  settled_at   timestamptz
);
CREATE INDEX message_case ON message (case_id, created_at);

-- Checks of finished work: process records sampled, cases reviewed.
CREATE TABLE case_check (
  id      uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES casefile,
  kind    text NOT NULL CHECK (kind IN ('process_record', 'after', 'during')),
  at      timestamptz NOT NULL,
  by_whom text NOT NULL,
  seed    text NOT NULL,
  result  text NOT NULL,
  note    text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX case_check_once ON case_check (case_id, kind);
CREATE TRIGGER case_check_kept BEFORE UPDATE OR DELETE ON case_check FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Cases that were not filed off-site, imported as counts for the second reading of
-- the 10 %.
CREATE TABLE other_case (
  id       text PRIMARY KEY,
  filed_on date NOT NULL,
  matter   text NOT NULL DEFAULT ''
);

-- +goose Down
DROP TABLE other_case, case_check, message, payment_notice, payment_order, portal_visit, portal_session, portal_link,
  document, document_number, evidence, process_record, casefile;
