-- +goose Up

-- Processes that serve keep sessions in memory for a moment (registry/account); whatever
-- ends one, or changes whom it stands for, tells them all when it is committed.
-- +goose StatementBegin
CREATE FUNCTION tell_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('offsite_sessions', '');
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER account_session_told AFTER DELETE OR UPDATE OF token_sha256, account_id, csrf, expires_at, how, proved_at ON account_session
  FOR EACH ROW EXECUTE FUNCTION tell_session();
CREATE TRIGGER account_told AFTER UPDATE OF username, name, roles, licence_no, team, level, townships, disabled, must_change_password ON account
  FOR EACH ROW EXECUTE FUNCTION tell_session();
CREATE TRIGGER account_totp_told AFTER INSERT OR DELETE OR UPDATE OF since ON account_totp
  FOR EACH ROW EXECUTE FUNCTION tell_session();
CREATE TRIGGER account_passkey_told AFTER INSERT OR DELETE ON account_passkey
  FOR EACH ROW EXECUTE FUNCTION tell_session();

-- +goose Down
DROP TRIGGER account_passkey_told ON account_passkey;
DROP TRIGGER account_totp_told ON account_totp;
DROP TRIGGER account_told ON account;
DROP TRIGGER account_session_told ON account_session;
DROP FUNCTION tell_session;
