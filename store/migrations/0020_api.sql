-- +goose Up

-- What was answered to requests that create, by the client's Idempotency-Key; for a
-- day. answer is null while the request is under way.
CREATE TABLE idempotent_answer (
  who            text NOT NULL,
  operation      text NOT NULL,
  key            text NOT NULL,
  request_sha256 bytea NOT NULL,
  answer         jsonb,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (who, operation, key)
);
CREATE INDEX idempotent_answer_age ON idempotent_answer (created_at);

-- +goose Down
DROP TABLE idempotent_answer;
