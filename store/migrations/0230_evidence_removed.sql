-- +goose Up

-- Bundles that were deleted from the store once their time was over, redacted copies too. Of
-- their rows and of the process record nothing is deleted: that they existed stays known.
CREATE TABLE evidence_removed (
  bundle     uuid PRIMARY KEY,
  case_id    uuid NOT NULL REFERENCES casefile,
  removed_at timestamptz NOT NULL,
  why        text NOT NULL -- the step that rejected the finding: expire, reject
);
CREATE INDEX evidence_removed_case ON evidence_removed (case_id);
CREATE TRIGGER evidence_removed_kept BEFORE UPDATE OR DELETE ON evidence_removed FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE evidence_removed;
