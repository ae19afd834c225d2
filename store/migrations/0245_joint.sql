-- +goose Up

-- What other bureaux found at an object that several supervise together (综合监管).
CREATE INDEX object_event_joint ON object_event (object_id, by_whom, at DESC) WHERE kind IN ('joint_passed', 'joint_failed');

-- +goose Down
DROP INDEX object_event_joint;
