-- +goose Up

-- Until when an enforcement certificate (执法证) is valid, NULL where it was not entered, and
-- what trainings somebody was given. A session carries the day to casework: it is told anew.
ALTER TABLE account ADD COLUMN licence_until date;
ALTER TABLE account ADD CONSTRAINT account_licence_until CHECK (licence_until IS NULL OR licence_no <> '');
DROP TRIGGER account_told ON account;
CREATE TRIGGER account_told AFTER UPDATE OF username, name, roles, licence_no, licence_until, team, level, townships, disabled, must_change_password ON account
  FOR EACH ROW EXECUTE FUNCTION tell_session();

CREATE TABLE training (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account (id),
  held_on    date NOT NULL,
  subject    text NOT NULL,
  hours      numeric(4, 1) NOT NULL CHECK (hours > 0 AND hours <= 200),
  entered_by text NOT NULL,
  entered_at timestamptz NOT NULL
);
CREATE INDEX training_account ON training (account_id, held_on DESC);

-- +goose Down
DROP TABLE training;
DROP TRIGGER account_told ON account;
CREATE TRIGGER account_told AFTER UPDATE OF username, name, roles, licence_no, team, level, townships, disabled, must_change_password ON account
  FOR EACH ROW EXECUTE FUNCTION tell_session();
ALTER TABLE account DROP CONSTRAINT account_licence_until;
ALTER TABLE account DROP COLUMN licence_until;
