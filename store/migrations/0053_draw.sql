-- +goose Up

-- A draw by lot, announced before its seed exists. What was announced is never changed;
-- what came of it is added once.
CREATE TABLE draw (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('inspection', 'process_record', 'after', 'during')),
  title        text NOT NULL,
  draw_at      timestamptz NOT NULL,
  announced_at timestamptz NOT NULL,
  by_whom      uuid NOT NULL,
  text         text NOT NULL,   -- the announcement, exactly as entered in the log
  sha256       text NOT NULL,
  announced    bytea,           -- proof that it stands in the log; NULL: it waits
  drawn        bytea,           -- proof whose checkpoint gives the seed; NULL: not drawn
  seed         text NOT NULL DEFAULT '',
  drawn_at     timestamptz
);
CREATE INDEX draw_waits ON draw (draw_at) WHERE drawn IS NULL;

-- What was drawn: who looks at what, and what came of it.
CREATE TABLE draw_task (
  id           uuid PRIMARY KEY,
  draw_id      uuid NOT NULL REFERENCES draw,
  rank         integer NOT NULL,
  subject      uuid NOT NULL,   -- object or case
  name         text NOT NULL,   -- of the object, or the case's number
  inspectors   uuid[] NOT NULL,
  due_on       date NOT NULL,
  result       text NOT NULL DEFAULT '' CHECK (result IN ('', 'sound', 'faulty')),
  answers      jsonb NOT NULL DEFAULT '{}',
  note         text NOT NULL DEFAULT '',
  done_at      timestamptz,
  done_by      uuid,
  rectify_by   date,
  rectified_at timestamptz,
  rectified    text NOT NULL DEFAULT '',
  UNIQUE (draw_id, rank)
);
CREATE INDEX draw_task_open ON draw_task (due_on) WHERE done_at IS NULL;

-- +goose Down
DROP TABLE draw_task, draw;
