-- +goose Up

-- The timestamps of removal records (docs/formats/removal.md): what authorities answered on a
-- record that was signed, kept before it is entered in the log. Records of before had none, and
-- named the bundle before by its id alone: they are made anew from what is known of the bundles.
TRUNCATE removal_stored, removal_record;
CREATE TABLE removal_stamp (
  bundle uuid PRIMARY KEY REFERENCES removal_record,
  tokens bytea[] NOT NULL CHECK (cardinality(tokens) > 0), -- RFC 3161 responses, DER
  at     timestamptz NOT NULL
);
CREATE TRIGGER removal_stamp_kept BEFORE UPDATE OR DELETE ON removal_stamp FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removal_stamp_kept_whole BEFORE TRUNCATE ON removal_stamp FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removal_record_kept_whole BEFORE TRUNCATE ON removal_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removal_stored_kept_whole BEFORE TRUNCATE ON removal_stored FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_removed_kept_whole BEFORE TRUNCATE ON evidence_removed FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER evidence_removed_kept_whole ON evidence_removed;
DROP TRIGGER removal_stored_kept_whole ON removal_stored;
DROP TRIGGER removal_record_kept_whole ON removal_record;
DROP TABLE removal_stamp;
TRUNCATE removal_stored, removal_record;
