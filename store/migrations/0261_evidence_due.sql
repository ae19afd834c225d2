-- +goose Up

-- A case that was archived may be revoked later, and its evidence go by another line of the
-- schedule: an order counts for a case by its line, and as long as the case has not ended anew.
ALTER TABLE evidence_due DROP CONSTRAINT evidence_due_pkey;
ALTER TABLE evidence_due ADD PRIMARY KEY (case_id, rule);

-- +goose Down
ALTER TABLE evidence_due DISABLE TRIGGER evidence_due_kept;
DELETE FROM evidence_due d USING evidence_due newer WHERE newer.case_id = d.case_id AND newer.before > d.before;
ALTER TABLE evidence_due ENABLE TRIGGER evidence_due_kept;
ALTER TABLE evidence_due DROP CONSTRAINT evidence_due_pkey;
ALTER TABLE evidence_due ADD PRIMARY KEY (case_id);
