-- +goose Up

-- What refuses changes of its rows refuses to be emptied too.
-- +goose StatementBegin
DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['sign_in', 'access_record', 'evidence', 'document', 'portal_visit', 'payment_notice', 'case_check', 'grade_formula', 'object_event'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kept || '_kept_whole', kept);
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['sign_in', 'access_record', 'evidence', 'document', 'portal_visit', 'payment_notice', 'case_check', 'grade_formula', 'object_event'] LOOP
    EXECUTE format('DROP TRIGGER %I ON %I', kept || '_kept_whole', kept);
  END LOOP;
END $$;
-- +goose StatementEnd
