-- +goose Up

-- The quotas count the decisions of a year; the queue of findings is asked for one camera.
CREATE INDEX casefile_decided ON casefile (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX casefile_camera ON casefile (camera_id, raised_at DESC, id DESC);

-- +goose Down
DROP INDEX casefile_decided, casefile_camera;
