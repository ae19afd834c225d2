-- +goose Up

-- The bureau's signed record that a bundle was deleted lawfully (docs/formats/removal.md), and
-- when it stood in the log and in the store, in the bundle's place.
CREATE TABLE removal_record (
  bundle uuid PRIMARY KEY REFERENCES evidence_removed,
  body   text NOT NULL,
  at     timestamptz NOT NULL
);
CREATE TABLE removal_stored (
  bundle  uuid PRIMARY KEY REFERENCES removal_record,
  receipt bytea, -- of the transparency log; NULL where there is none
  at      timestamptz NOT NULL
);
CREATE TRIGGER removal_record_kept BEFORE UPDATE OR DELETE ON removal_record FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removal_stored_kept BEFORE UPDATE OR DELETE ON removal_stored FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE removal_stored, removal_record;
