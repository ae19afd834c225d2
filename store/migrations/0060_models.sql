-- +goose Up

-- Models that the bureau brought, beside those in the program. The weights lie in the
-- object store under models/SHA256.onnx.
CREATE TABLE model (
  name     text NOT NULL,
  version  text NOT NULL,
  sha256   text NOT NULL,
  size     bigint NOT NULL,
  manifest bytea NOT NULL,   -- as it was brought
  look_ns  bigint NOT NULL,  -- what a look took when it was tried
  added_by text NOT NULL,
  added_at timestamptz NOT NULL,
  PRIMARY KEY (name, version)
);

-- Which version of a name is proposed, runs beside, or is in force. Where none is in
-- force, the one in the program is.
CREATE TABLE model_use (
  name    text NOT NULL,
  use     text NOT NULL CHECK (use IN ('proposed', 'shadow', 'active')),
  version text NOT NULL,
  by      text NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (name, use),
  FOREIGN KEY (name, version) REFERENCES model
);

-- What was done with models, and by whom; nothing is taken out.
CREATE TABLE model_change (
  seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name    text NOT NULL,
  version text NOT NULL,
  what    text NOT NULL,
  by      text NOT NULL,
  at      timestamptz NOT NULL
);

-- How a version in shadow differed from the one in force, on the same looks.
CREATE TABLE model_difference (
  name        text NOT NULL,
  version     text NOT NULL,
  against     text NOT NULL, -- version that was in force
  label       text NOT NULL,
  looks       bigint NOT NULL,
  agreed      bigint NOT NULL, -- boxes, or cells, that both found
  active_only bigint NOT NULL,
  shadow_only bigint NOT NULL,
  PRIMARY KEY (name, version, against, label),
  FOREIGN KEY (name, version) REFERENCES model
);

-- +goose Down
DROP TABLE model_difference, model_change, model_use, model;
