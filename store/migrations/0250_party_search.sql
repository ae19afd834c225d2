-- +goose Up

-- Who has taken it on to find out an unknown party where it was seen (当事人待查).
CREATE TABLE party_search (
  case_id    uuid PRIMARY KEY REFERENCES casefile,
  account_id uuid NOT NULL REFERENCES account,
  name       text NOT NULL,
  taken_at   timestamptz NOT NULL
);
CREATE INDEX party_search_account ON party_search (account_id);

-- +goose Down
DROP TABLE party_search;
