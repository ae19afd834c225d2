-- +goose Up

-- The review queue by what falls due first, of the same day the surest first.
CREATE INDEX casefile_queue_due ON casefile (state, due_at, (-score), id) WHERE due_at IS NOT NULL;

-- +goose Down
DROP INDEX casefile_queue_due;
