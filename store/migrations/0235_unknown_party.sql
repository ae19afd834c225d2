-- +goose Up

-- Cases whose party somebody has to find out where it was seen (当事人待查).
CREATE INDEX casefile_unknown_party ON casefile (changed_at DESC, id DESC) WHERE party_id IS NULL AND state IN ('reviewed', 'verified', 'filed');

-- +goose Down
DROP INDEX casefile_unknown_party;
