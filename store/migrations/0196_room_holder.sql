-- +goose Up

-- Which process holds the room of an inquiry by video: its media go through that one
-- alone. Nothing of this outlives a crash, nor do the rooms.
CREATE UNLOGGED TABLE room_holder (
  room_id uuid PRIMARY KEY,
  process uuid NOT NULL
);

-- What one process asks of the one that holds a room: to let a side in, or to end it.
CREATE UNLOGGED TABLE room_call (
  id       uuid PRIMARY KEY,
  process  uuid NOT NULL,            -- that is asked
  room_id  uuid NOT NULL,
  case_id  text NOT NULL DEFAULT '',
  side     text NOT NULL DEFAULT '', -- '': end the room
  offer    text NOT NULL DEFAULT '',
  at       timestamptz NOT NULL DEFAULT now(),
  taken    boolean NOT NULL DEFAULT false, -- the process that is asked is about it
  answer   text,                     -- to the offer; '' for an end
  fault    text,                     -- why there is none
  by_offer boolean NOT NULL DEFAULT false -- the offer is at fault
);
CREATE INDEX room_call_process ON room_call (process);

-- +goose Down
DROP TABLE room_call, room_holder;
