-- +goose Up

-- Which bundle of an act is sealed: two nodes raise it where one is killed when it just has.
-- The first that asks has the claim; one whose node has not lived for a while loses it.
CREATE TABLE act_claim (
  act        uuid PRIMARY KEY,
  bundle     uuid NOT NULL,
  node       text NOT NULL,
  claimed_at timestamptz NOT NULL
);
CREATE INDEX act_claim_age ON act_claim (claimed_at);

-- +goose Down
DROP TABLE act_claim;
