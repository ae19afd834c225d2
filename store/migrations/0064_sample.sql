-- +goose Up

-- Samples of evidence, taken from the log when their draw was made.
CREATE TABLE evidence_sample (
  draw_id    uuid PRIMARY KEY REFERENCES log_draw,
  population integer NOT NULL,  -- bundles that were drawn from
  members    jsonb NOT NULL,    -- those that were drawn, in the order of their lots
  taken_at   timestamptz NOT NULL
);

-- +goose Down
DROP TABLE evidence_sample;
