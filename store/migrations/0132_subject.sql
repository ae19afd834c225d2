-- +goose Up

-- Requests of parties for all that is held on them (PIPL art. 45): asked for in the
-- portal or at the desk, reviewed by one person, released by another.
CREATE TABLE subject_request (
  id          uuid PRIMARY KEY,
  party_id    uuid NOT NULL REFERENCES party,
  how         text NOT NULL CHECK (how IN ('portal', 'desk')),
  case_id     uuid REFERENCES casefile,     -- whose portal it was asked in
  asked_at    timestamptz NOT NULL,
  asked_by    text NOT NULL,                -- account at the desk; '': the party
  checked     text NOT NULL,                -- how it was made sure who asks
  decide_by   timestamptz NOT NULL,
  state       text NOT NULL CHECK (state IN ('asked', 'reviewed', 'released', 'refused')),
  reviewer    uuid,
  reviewed_at timestamptz,
  advised     boolean NOT NULL DEFAULT false, -- the reviewer would release it
  review      text NOT NULL DEFAULT '',
  decider     uuid,
  decided_at  timestamptz,
  reason      text NOT NULL DEFAULT '',
  CHECK (decider IS NULL OR decider <> reviewer)
);
CREATE UNIQUE INDEX subject_request_open ON subject_request (party_id) WHERE state IN ('asked', 'reviewed');
CREATE INDEX subject_request_list ON subject_request (asked_at DESC);

-- Every step, and every time that the data were handed over.
CREATE TABLE subject_event (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES subject_request,
  at         timestamptz NOT NULL,
  by_whom    text NOT NULL,            -- account; 'party'
  event      text NOT NULL,            -- asked, reviewed, released, refused, handed_over
  sha256     text NOT NULL DEFAULT ''  -- of what was handed over
);
CREATE INDEX subject_event_request ON subject_event (request_id, id);
CREATE TRIGGER subject_event_kept BEFORE UPDATE OR DELETE ON subject_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subject_event_kept_whole BEFORE TRUNCATE ON subject_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Identity numbers that were entered in the portal and are not the party's: nobody
-- guesses on.
CREATE TABLE subject_try (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  party_id uuid NOT NULL REFERENCES party,
  at       timestamptz NOT NULL,
  address  text NOT NULL
);
CREATE INDEX subject_try_party ON subject_try (party_id, at);

-- +goose Down
DROP TABLE subject_try, subject_event, subject_request;
