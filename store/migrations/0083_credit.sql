-- +goose Up

-- The rules of credit records, every version; the newest holds. Without one, those that
-- ship with the program do (version 0).
CREATE TABLE credit_rules (
  version integer PRIMARY KEY CHECK (version > 0),
  body    jsonb NOT NULL,
  at      timestamptz NOT NULL,
  by_whom text NOT NULL,
  reason  text NOT NULL
);
CREATE TRIGGER credit_rules_kept BEFORE UPDATE OR DELETE ON credit_rules FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What stands against a party for a decision (信用记录), for a time.
CREATE TABLE credit_record (
  id          uuid PRIMARY KEY,
  party_id    uuid NOT NULL REFERENCES party,
  case_id     uuid NOT NULL UNIQUE REFERENCES casefile,
  level       text NOT NULL CHECK (level IN ('light', 'ordinary', 'serious')),
  why         text NOT NULL,
  rules       integer NOT NULL,
  decided_at  timestamptz NOT NULL,
  repair_from timestamptz NOT NULL,  -- when repair may be asked for
  until       timestamptz NOT NULL,  -- when it ends by itself
  shown       boolean NOT NULL,      -- told to the credit platform
  state       text NOT NULL CHECK (state IN ('open', 'repaired', 'ended', 'withdrawn')),
  changed_at  timestamptz NOT NULL
);
CREATE INDEX credit_record_party ON credit_record (party_id, decided_at DESC);
CREATE INDEX credit_record_open ON credit_record (until) WHERE state = 'open';

-- Applications for repair (信用修复).
CREATE TABLE credit_repair (
  id          uuid PRIMARY KEY,
  record_id   uuid NOT NULL REFERENCES credit_record,
  asked_at    timestamptz NOT NULL,
  text        text NOT NULL,
  decide_by   timestamptz NOT NULL,
  state       text NOT NULL CHECK (state IN ('asked', 'reviewed', 'granted', 'refused')),
  reviewer    uuid,
  reviewed_at timestamptz,
  advised     boolean NOT NULL DEFAULT false, -- the reviewer would grant it
  review      text NOT NULL DEFAULT '',
  decider     uuid,
  decided_at  timestamptz,
  reason      text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX credit_repair_open ON credit_repair (record_id) WHERE state IN ('asked', 'reviewed');
CREATE INDEX credit_repair_list ON credit_repair (asked_at DESC);

CREATE TABLE credit_paper (
  repair_id uuid NOT NULL REFERENCES credit_repair,
  seq       integer NOT NULL,
  kind      text NOT NULL,   -- content type
  sha256    text NOT NULL,
  content   bytea NOT NULL,
  PRIMARY KEY (repair_id, seq)
);
CREATE TRIGGER credit_paper_kept BEFORE UPDATE OR DELETE ON credit_paper FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE credit_paper, credit_repair, credit_record, credit_rules;
