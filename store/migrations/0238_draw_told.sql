-- +goose Up

-- What is drawn by lot, its proofs, samples and results are told when they change, so that
-- nobody's page has to ask again and again. The log's clerk and samples do not know the
-- channel of events; the tables do.
-- +goose StatementBegin
CREATE FUNCTION tell_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('offsite_events', '{"kind":"draw.changed"}');
  RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER draw_told AFTER INSERT OR UPDATE ON draw FOR EACH STATEMENT EXECUTE FUNCTION tell_draw();
CREATE TRIGGER draw_task_told AFTER INSERT OR UPDATE ON draw_task FOR EACH STATEMENT EXECUTE FUNCTION tell_draw();
CREATE TRIGGER evidence_sample_told AFTER INSERT ON evidence_sample FOR EACH STATEMENT EXECUTE FUNCTION tell_draw();
CREATE TRIGGER log_draw_told AFTER INSERT ON log_draw FOR EACH STATEMENT EXECUTE FUNCTION tell_draw();
CREATE TRIGGER log_entry_draw_told AFTER UPDATE ON log_entry FOR EACH ROW WHEN (NEW.kind = 'draw') EXECUTE FUNCTION tell_draw();

-- +goose Down
DROP TRIGGER log_entry_draw_told ON log_entry;
DROP TRIGGER log_draw_told ON log_draw;
DROP TRIGGER evidence_sample_told ON evidence_sample;
DROP TRIGGER draw_task_told ON draw_task;
DROP TRIGGER draw_told ON draw;
DROP FUNCTION tell_draw();
