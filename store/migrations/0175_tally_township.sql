-- +goose Up

-- The tally of each township beside the district's: what an account of a township sees is
-- summed from as few rows, not counted from each of its cases anew. The view of case_tally
-- that such an account has stands on it (store/township.go).
CREATE TABLE township_tally (
  township text NOT NULL,
  figure   text NOT NULL, -- and the others as in case_tally
  day      date NOT NULL,
  major    boolean NOT NULL,
  until    timestamptz,
  hours    integer,
  n        bigint NOT NULL
);
CREATE INDEX township_tally_day ON township_tally (township, day);

-- Which matters have a case that came to its end, in one township.
CREATE INDEX casefile_ended_township ON casefile (township, matter, closed_at) WHERE state IN ('closed', 'archived', 'no_penalty');

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION tally_casefile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    WITH line AS (SELECT l.figure, l.day, OLD.major, l.until, l.hours, -1 FROM case_lines(OLD) l),
      own AS (INSERT INTO township_tally SELECT OLD.township, line.* FROM line WHERE OLD.township <> '')
    INSERT INTO case_tally SELECT * FROM line;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    WITH line AS (SELECT l.figure, l.day, NEW.major, l.until, l.hours, 1 FROM case_lines(NEW) l),
      own AS (INSERT INTO township_tally SELECT NEW.township, line.* FROM line WHERE NEW.township <> '')
    INSERT INTO case_tally SELECT * FROM line;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tally_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c casefile;
BEGIN
  SELECT * INTO c FROM casefile WHERE id = NEW.case_id FOR NO KEY UPDATE;
  WITH line AS (SELECT l.figure, l.day, c.major, NULL::timestamptz, NULL::integer, 1 FROM case_lines(c) l WHERE l.figure IN ('filed/' || NEW.kind, 'closed/' || NEW.kind)),
    own AS (INSERT INTO township_tally SELECT c.township, line.* FROM line WHERE c.township <> '')
  INSERT INTO case_tally SELECT * FROM line;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tally_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c casefile;
BEGIN
  SELECT * INTO c FROM casefile WHERE id = NEW.case_id FOR NO KEY UPDATE;
  WITH line AS (SELECT l.figure, l.day, c.major, NULL::timestamptz, NULL::integer, 1 FROM case_lines(c) l WHERE l.figure = 'decided/reviewed' AND NEW.at <= c.decided_at
      AND NOT EXISTS (SELECT FROM process_record r WHERE r.case_id = NEW.case_id AND r.seq <> NEW.seq AND r.event = 'pass' AND r.at <= c.decided_at)),
    own AS (INSERT INTO township_tally SELECT c.township, line.* FROM line WHERE c.township <> '')
  INSERT INTO case_tally SELECT * FROM line;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION case_tally_anew() RETURNS void LANGUAGE sql AS $$
  DELETE FROM case_tally;
  DELETE FROM township_tally;
  WITH line AS (SELECT c.township, l.figure, l.day, c.major, l.until, l.hours, count(*) AS n FROM casefile c, case_lines(c) l GROUP BY 1, 2, 3, 4, 5, 6),
    own AS (INSERT INTO township_tally SELECT * FROM line WHERE township <> '')
  INSERT INTO case_tally SELECT figure, day, major, until, hours, sum(n) FROM line GROUP BY 1, 2, 3, 4, 5;
$$;
-- +goose StatementEnd

DROP TRIGGER casefile_tallied ON casefile;
CREATE TRIGGER casefile_tallied AFTER UPDATE ON casefile FOR EACH ROW
  WHEN ((OLD.filed_at, OLD.decided_at, OLD.publish_by, OLD.published_at, OLD.closed_at, OLD.raised_at, OLD.major, OLD.state, OLD.township)
    IS DISTINCT FROM (NEW.filed_at, NEW.decided_at, NEW.publish_by, NEW.published_at, NEW.closed_at, NEW.raised_at, NEW.major, NEW.state, NEW.township))
  EXECUTE FUNCTION tally_casefile();

SELECT case_tally_anew();

-- +goose Down
DROP TRIGGER casefile_tallied ON casefile;
CREATE TRIGGER casefile_tallied AFTER UPDATE ON casefile FOR EACH ROW
  WHEN ((OLD.filed_at, OLD.decided_at, OLD.publish_by, OLD.published_at, OLD.closed_at, OLD.raised_at, OLD.major, OLD.state)
    IS DISTINCT FROM (NEW.filed_at, NEW.decided_at, NEW.publish_by, NEW.published_at, NEW.closed_at, NEW.raised_at, NEW.major, NEW.state))
  EXECUTE FUNCTION tally_casefile();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION tally_casefile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO case_tally SELECT l.figure, l.day, OLD.major, l.until, l.hours, -1 FROM case_lines(OLD) l;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO case_tally SELECT l.figure, l.day, NEW.major, l.until, l.hours, 1 FROM case_lines(NEW) l;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tally_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c casefile;
BEGIN
  SELECT * INTO c FROM casefile WHERE id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO case_tally SELECT l.figure, l.day, c.major, NULL, NULL, 1 FROM case_lines(c) l WHERE l.figure IN ('filed/' || NEW.kind, 'closed/' || NEW.kind);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tally_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c casefile;
BEGIN
  SELECT * INTO c FROM casefile WHERE id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO case_tally SELECT l.figure, l.day, c.major, NULL, NULL, 1 FROM case_lines(c) l WHERE l.figure = 'decided/reviewed' AND NEW.at <= c.decided_at
    AND NOT EXISTS (SELECT FROM process_record r WHERE r.case_id = NEW.case_id AND r.seq <> NEW.seq AND r.event = 'pass' AND r.at <= c.decided_at);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION case_tally_anew() RETURNS void LANGUAGE sql AS $$
  DELETE FROM case_tally;
  INSERT INTO case_tally SELECT l.figure, l.day, c.major, l.until, l.hours, count(*) FROM casefile c, case_lines(c) l GROUP BY 1, 2, 3, 4, 5;
$$;
-- +goose StatementEnd
DROP INDEX casefile_ended_township;
DROP TABLE township_tally;
