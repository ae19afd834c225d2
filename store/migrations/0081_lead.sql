-- +goose Up

-- Who is on duty, day and night.
CREATE TABLE duty_shift (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account,
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  by_whom    text NOT NULL,
  removed_at timestamptz,
  CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '24 hours')
);
CREATE INDEX duty_shift_at ON duty_shift (starts_at) WHERE removed_at IS NULL;

-- What others have seen and tell us of (线索): the hotline, other bureaux, police,
-- other districts, our own patrols.
CREATE TABLE lead (
  id              uuid PRIMARY KEY,
  number          text NOT NULL UNIQUE,
  source          text NOT NULL CHECK (source IN ('hotline', 'bureau', 'police', 'district', 'patrol')),
  source_name     text NOT NULL,
  source_ref      text NOT NULL DEFAULT '',   -- their number: told twice, it is one lead
  by_whom         text NOT NULL,              -- account, or API key
  kind            text NOT NULL CHECK (kind IN ('waste', 'stall', 'crossdoor', 'soil', 'burning', 'building', 'other')),
  what            text NOT NULL,
  place           text NOT NULL,
  township        text NOT NULL DEFAULT '',
  longitude       double precision,           -- WGS 84
  latitude        double precision,
  plate           text NOT NULL DEFAULT '',   -- of construction waste: lorry, who hauls, from which site
  hauler          text NOT NULL DEFAULT '',
  site            text NOT NULL DEFAULT '',
  contact         bytea,                      -- who told it, encrypted
  seen_at         timestamptz NOT NULL,
  received_at     timestamptz NOT NULL,
  urgent          boolean NOT NULL,
  state           text NOT NULL CHECK (state IN ('received', 'acknowledged', 'dispatched', 'done', 'transferred')),
  duty            uuid[] NOT NULL,            -- who was on duty when it came
  acknowledge_by  timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  officer         uuid,
  handle_by       timestamptz NOT NULL,
  done_at         timestamptz,
  result          text NOT NULL DEFAULT '' CHECK (result IN ('', 'case', 'corrected', 'unfounded')),
  note            text NOT NULL DEFAULT '',
  case_id         uuid REFERENCES casefile,
  alarm           integer NOT NULL DEFAULT 0, -- 1: not acknowledged in time, 2: nor in twice that, 3: not done in time
  version         integer NOT NULL
);
CREATE UNIQUE INDEX lead_once ON lead (source, source_name, source_ref) WHERE source_ref <> '';
CREATE INDEX lead_received ON lead (received_at DESC, id DESC);
CREATE INDEX lead_open ON lead (acknowledge_by) WHERE state IN ('received', 'acknowledged', 'dispatched');

-- What became of a lead, step by step.
CREATE TABLE lead_event (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id uuid NOT NULL REFERENCES lead,
  at      timestamptz NOT NULL,
  by_whom text NOT NULL,
  by_name text NOT NULL,
  event   text NOT NULL,
  note    text NOT NULL
);
CREATE INDEX lead_event_lead ON lead_event (lead_id, id);
CREATE TRIGGER lead_event_kept BEFORE UPDATE OR DELETE ON lead_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE lead_event, lead, duty_shift;
