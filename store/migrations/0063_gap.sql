-- +goose Up

-- Sealed times in which a camera was not watched.
CREATE TABLE camera_gap (
  bundle    uuid PRIMARY KEY,
  camera_id uuid NOT NULL,
  from_at   timestamptz NOT NULL,
  to_at     timestamptz NOT NULL,
  goes_on   boolean NOT NULL,      -- the next gap begins where this one ends
  cause     text NOT NULL,
  why_zh    text NOT NULL,
  why_en    text NOT NULL,
  sealed_at timestamptz NOT NULL,
  receipt   jsonb NOT NULL
);
CREATE INDEX camera_gap_camera ON camera_gap (camera_id, from_at DESC);
CREATE TRIGGER camera_gap_kept BEFORE UPDATE OR DELETE ON camera_gap FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE camera_gap;
