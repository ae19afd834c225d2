-- +goose Up

-- What the retention schedule deleted on a day: the exact text whose digest is in the
-- transparency log. It names categories, counts and digests, and nobody.
CREATE TABLE retention_run (
  day    date PRIMARY KEY,
  at     timestamptz NOT NULL,
  body   text NOT NULL,
  sha256 text NOT NULL
);
CREATE TRIGGER retention_run_kept BEFORE UPDATE OR DELETE ON retention_run FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE retention_proof (
  day   date PRIMARY KEY REFERENCES retention_run,
  proof bytea NOT NULL
);
CREATE TRIGGER retention_proof_kept BEFORE UPDATE OR DELETE ON retention_proof FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE INDEX lead_contact ON lead (done_at) WHERE contact IS NOT NULL;
CREATE INDEX account_session_expires ON account_session (expires_at);

-- +goose Down
DROP INDEX account_session_expires, lead_contact;
DROP TABLE retention_proof, retention_run;
