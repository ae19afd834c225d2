-- +goose Up

-- How many cases stand in each state, and count towards the plan's figures, by day on the
-- legal clock: what the first page and the quotas are summed from. Whoever changes a case, checks it or records its legal review
-- adds rows here in the same transaction, by the triggers below, so that a sum equals a
-- count of the cases at any time. Rows of one key are folded by the sweep.
CREATE TABLE case_tally (
  figure text NOT NULL,     -- as case_lines names it
  day    date NOT NULL,     -- of 'hours' the first of the month; of states 1970-01-01
  major  boolean NOT NULL,
  until  timestamptz,       -- of 'unpublished': it counts once this has passed
  hours  integer,           -- of 'hours': whole hours from incident to closure
  n      bigint NOT NULL
);
CREATE INDEX case_tally_day ON case_tally (day);

-- What a party has done before is counted from the index alone.
DROP INDEX casefile_party;
CREATE INDEX casefile_party ON casefile (party_id, matter, first_at) INCLUDE (state, id) WHERE party_id IS NOT NULL;

-- Which matters have a case that came to its end in a period.
CREATE INDEX casefile_ended ON casefile (matter, closed_at) WHERE state IN ('closed', 'archived', 'no_penalty');

-- The lists of major cases, which are few.
CREATE INDEX casefile_major ON casefile (number) WHERE major;

-- +goose StatementBegin
CREATE FUNCTION case_lines(c casefile) RETURNS TABLE (figure text, day date, until timestamptz, hours integer) LANGUAGE sql STABLE AS $$
  SELECT 'state/' || c.state, DATE '1970-01-01', NULL::timestamptz, NULL::integer WHERE c.state <> '' -- without a condition PostgreSQL 15 fails to plan it
  UNION ALL SELECT 'raised', (c.raised_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL WHERE c.state <> ''
  UNION ALL SELECT 'ended', (c.closed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL WHERE c.closed_at IS NOT NULL
  UNION ALL SELECT 'filed', (c.filed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL WHERE c.filed_at IS NOT NULL
  UNION ALL SELECT 'filed/' || k.kind, (c.filed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL
    FROM case_check k WHERE k.case_id = c.id AND c.filed_at IS NOT NULL
  UNION ALL SELECT 'closed', (c.closed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL WHERE c.filed_at IS NOT NULL AND c.closed_at IS NOT NULL
  UNION ALL SELECT 'closed/' || k.kind, (c.closed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL
    FROM case_check k WHERE k.case_id = c.id AND c.filed_at IS NOT NULL AND c.closed_at IS NOT NULL
  UNION ALL SELECT 'decided', (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL WHERE c.decided_at IS NOT NULL
  UNION ALL SELECT 'decided/reviewed', (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL WHERE c.decided_at IS NOT NULL
    AND EXISTS (SELECT FROM process_record r WHERE r.case_id = c.id AND r.event = 'pass' AND r.at <= c.decided_at)
  UNION ALL SELECT 'published', (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL
    WHERE c.decided_at IS NOT NULL AND c.state <> 'revoked' AND c.published_at IS NOT NULL
  UNION ALL SELECT 'published/in_time', (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL
    WHERE c.decided_at IS NOT NULL AND c.state <> 'revoked' AND c.published_at <= c.publish_by
  UNION ALL SELECT 'unpublished', (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date, c.publish_by, NULL
    WHERE c.decided_at IS NOT NULL AND c.state <> 'revoked' AND c.published_at IS NULL AND c.publish_by IS NOT NULL
  UNION ALL SELECT 'hours', date_trunc('month', c.closed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, floor(extract(epoch FROM c.closed_at - c.raised_at) / 3600)::integer
    WHERE c.closed_at IS NOT NULL AND c.state IN ('closed', 'archived')
$$;

CREATE FUNCTION tally_casefile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO case_tally SELECT l.figure, l.day, OLD.major, l.until, l.hours, -1 FROM case_lines(OLD) l;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO case_tally SELECT l.figure, l.day, NEW.major, l.until, l.hours, 1 FROM case_lines(NEW) l;
  END IF;
  RETURN NULL;
END $$;

-- A check and a change of the same case wait for each other: each sees the other's row.
CREATE FUNCTION tally_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c casefile;
BEGIN
  SELECT * INTO c FROM casefile WHERE id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO case_tally SELECT l.figure, l.day, c.major, NULL, NULL, 1 FROM case_lines(c) l WHERE l.figure IN ('filed/' || NEW.kind, 'closed/' || NEW.kind);
  RETURN NULL;
END $$;

CREATE FUNCTION tally_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c casefile;
BEGIN
  SELECT * INTO c FROM casefile WHERE id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO case_tally SELECT l.figure, l.day, c.major, NULL, NULL, 1 FROM case_lines(c) l WHERE l.figure = 'decided/reviewed' AND NEW.at <= c.decided_at
    AND NOT EXISTS (SELECT FROM process_record r WHERE r.case_id = NEW.case_id AND r.seq <> NEW.seq AND r.event = 'pass' AND r.at <= c.decided_at);
  RETURN NULL;
END $$;

-- Counts all cases anew: after rows were written past the triggers.
CREATE FUNCTION case_tally_anew() RETURNS void LANGUAGE sql AS $$
  DELETE FROM case_tally;
  INSERT INTO case_tally SELECT l.figure, l.day, c.major, l.until, l.hours, count(*) FROM casefile c, case_lines(c) l GROUP BY 1, 2, 3, 4, 5;
$$;
-- +goose StatementEnd

CREATE TRIGGER casefile_begun AFTER INSERT ON casefile FOR EACH ROW EXECUTE FUNCTION tally_casefile();
CREATE TRIGGER casefile_tallied AFTER UPDATE ON casefile FOR EACH ROW
  WHEN ((OLD.filed_at, OLD.decided_at, OLD.publish_by, OLD.published_at, OLD.closed_at, OLD.raised_at, OLD.major, OLD.state)
    IS DISTINCT FROM (NEW.filed_at, NEW.decided_at, NEW.publish_by, NEW.published_at, NEW.closed_at, NEW.raised_at, NEW.major, NEW.state))
  EXECUTE FUNCTION tally_casefile();
CREATE TRIGGER casefile_gone AFTER DELETE ON casefile FOR EACH ROW EXECUTE FUNCTION tally_casefile();
CREATE TRIGGER case_check_tallied AFTER INSERT ON case_check FOR EACH ROW EXECUTE FUNCTION tally_check();
CREATE TRIGGER process_record_tallied AFTER INSERT ON process_record FOR EACH ROW WHEN (NEW.event = 'pass') EXECUTE FUNCTION tally_review();

SELECT case_tally_anew();

-- +goose Down
DROP TRIGGER process_record_tallied ON process_record;
DROP TRIGGER case_check_tallied ON case_check;
DROP TRIGGER casefile_gone ON casefile;
DROP TRIGGER casefile_tallied ON casefile;
DROP TRIGGER casefile_begun ON casefile;
DROP FUNCTION case_tally_anew, tally_review, tally_check, tally_casefile, case_lines;
DROP INDEX casefile_major, casefile_ended, casefile_party;
CREATE INDEX casefile_party ON casefile (party_id, matter) WHERE party_id IS NOT NULL;
DROP TABLE case_tally;
