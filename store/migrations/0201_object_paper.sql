-- +goose Up

-- What was collected at an object beforehand (前期采集): the commitment that its party has
-- signed (告知承诺书), which is that party's alone, and photographs of its front. Withdrawn
-- ones stay, as the schedule of privacy says.
CREATE TABLE object_paper (
  id            uuid PRIMARY KEY,
  object_id     uuid NOT NULL REFERENCES object,
  kind          text NOT NULL CHECK (kind IN ('commitment', 'photo')),
  party_id      uuid REFERENCES party CHECK (kind <> 'commitment' OR party_id IS NOT NULL), -- who signed
  signer        text NOT NULL,          -- the person who signed for the party
  at            timestamptz NOT NULL,   -- signed or taken
  type          text NOT NULL CHECK (type IN ('image/jpeg', 'application/pdf')),
  sha256        bytea NOT NULL CHECK (length(sha256) = 32),
  content       bytea NOT NULL CHECK (length(content) <= 5242880), -- pictures without metadata
  by_whom       text NOT NULL,
  added_at      timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  withdrawn_why text NOT NULL DEFAULT ''
);
CREATE INDEX object_paper_object ON object_paper (object_id, at);

-- +goose Down
DROP TABLE object_paper;
