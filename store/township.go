package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Scope says whose records the statements of a context see. It begins as the whole
// district's; who recognises the caller narrows it.
type Scope struct{ townships []string }

// Narrow leaves the records of these townships alone; none leaves the whole district.
func (s *Scope) Narrow(townships []string) { s.townships = townships }

type scopeKey struct{}

// WithScope gives a context whose statements follow the scope, also where it is
// narrowed later: contexts derived from it need not be handed on.
func WithScope(ctx context.Context) (context.Context, *Scope) {
	s := &Scope{}
	return context.WithValue(ctx, scopeKey{}, s), s
}

// Townships are those that the context's statements see; none: the whole district.
func Townships(ctx context.Context) []string {
	if s, ok := ctx.Value(scopeKey{}).(*Scope); ok {
		return s.townships
	}
	return nil
}

// scopedSchema has a view under the name of each table that knows a township. The
// connections of a narrowed context find it before the tables, so that no statement
// can forget the condition.
const scopedSchema = "scoped"

// mine are the townships of the connection; without the setting a statement fails.
const mine = `ANY (current_setting('offsite.townships')::text[])`

// narrow sets a connection that is about to be lent to the scope of the context.
func narrow(ctx context.Context, conn *pgx.Conn) (bool, error) {
	const flag = "offsite.scoped"
	townships, custom := Townships(ctx), conn.PgConn().CustomData()
	if len(townships) == 0 {
		if custom[flag] == nil {
			return true, nil
		}
		delete(custom, flag)
		_, err := conn.Exec(ctx, `RESET search_path; RESET offsite.townships`)
		return err == nil, err
	}
	custom[flag] = true
	var ready bool
	err := conn.QueryRow(ctx, `SELECT set_config('search_path', $2 || ', public', false) <> '' AND set_config('offsite.townships', $1::text[]::text, false) <> ''
		AND to_regclass($2 || '.casefile') IS NOT NULL`, townships, scopedSchema).Scan(&ready)
	if err == nil && !ready {
		err = errors.New("the views of townships are not there: run offsite migrate")
	}
	if err != nil {
		return false, fmt.Errorf("narrow a connection to %d townships: %w", len(townships), err)
	}
	return true, nil
}

// byCase is the condition of a table whose rows belong to a case.
func byCase(column string) string {
	return `EXISTS (SELECT FROM public.casefile c WHERE c.id = t.` + column + ` AND c.township = ` + mine + `)`
}

func byCamera(column string) string {
	return `EXISTS (SELECT FROM public.camera c WHERE c.id = t.` + column + ` AND c.township = ` + mine + `)`
}

func byObject(column string) string {
	return `EXISTS (SELECT FROM public.object o WHERE o.id = t.` + column + ` AND o.township = ` + mine + `)`
}

// narrowed are the tables that know a township, with the condition under which a row t
// is one of it. District lists all others.
func narrowed() map[string]string {
	own, transferred := `t.township = `+mine, `(`+byCase("subject")+` OR EXISTS (SELECT FROM public.lead l WHERE l.id = t.subject AND l.township = `+mine+`) OR EXISTS (SELECT FROM public.annotation n JOIN public.casefile c ON c.id = n.case_id WHERE n.id = t.subject AND c.township = `+mine+`))`
	record := `EXISTS (SELECT FROM public.credit_record r JOIN public.casefile c ON c.id = r.case_id WHERE r.id = t.record_id AND c.township = ` + mine + `)`
	ofRemoved := `EXISTS (SELECT FROM public.evidence_removed g JOIN public.casefile c ON c.id = g.case_id WHERE g.bundle = t.bundle AND c.township = ` + mine + `)`
	ofTransfer := `EXISTS (SELECT FROM public.transfer f WHERE f.id = t.transfer_id AND ` + strings.ReplaceAll(transferred, "t.subject", "f.subject") + `)`
	return map[string]string{
		"casefile": own, "township_tally": own, "camera": own, "object": own, "lead": own,
		"process_record": byCase("case_id"), "record_proof": byCase("case_id"), "evidence": byCase("case_id"), "evidence_removed": byCase("case_id"), "document": byCase("case_id"),
		"removal_record": ofRemoved, "removal_stored": ofRemoved, "removal_stamp": ofRemoved, "evidence_due": byCase("case_id"),
		"alarm": byCase("case_id"), "case_search": byCase("case_id"), "case_check": byCase("case_id"), "case_note": byCase("case_id"), "publication_check": byCase("case_id"),
		"message": byCase("case_id"), "payment_order": byCase("case_id"), "payment_notice": byCase("case_id"), "refund": byCase("case_id"), "hand_refund": byCase("case_id"), "counter_payment": byCase("case_id"), "suggestion": byCase("case_id"), "annotation": byCase("case_id"), "party_search": byCase("case_id"), "case_paper": byCase("case_id"), "full_copy": byCase("case_id"), "portal_visit": byCase("case_id"),
		"credit_record": byCase("case_id"), "credit_repair": record,
		"credit_paper":   `EXISTS (SELECT FROM public.credit_repair p JOIN public.credit_record r ON r.id = p.record_id JOIN public.casefile c ON c.id = r.case_id WHERE p.id = t.repair_id AND c.township = ` + mine + `)`,
		"note_mention":   `EXISTS (SELECT FROM public.case_note n JOIN public.casefile c ON c.id = n.case_id WHERE n.id = t.note_id AND c.township = ` + mine + `)`,
		"lead_event":     `EXISTS (SELECT FROM public.lead l WHERE l.id = t.lead_id AND l.township = ` + mine + `)`,
		"transfer":       transferred,
		"transfer_event": ofTransfer, "transfer_receipt": ofTransfer,
		"zone": byCamera("camera_id"), "camera_live": byCamera("camera_id"), "camera_gap": byCamera("camera_id"),
		"camera_looks": byCamera("camera_id"), "camera_sign": byCamera("camera_id"), "camera_state": byCamera("camera_id"),
		"camera_state_part": byCamera("camera_id"),
		"redacted_copy":     byCase("case_id"), "room_part": byCase("case_id"),
		"object_event": byObject("object_id"), "object_paper": byObject("object_id"),
		// Sealed figures of areas that lay within; those of the district are of no township.
		"quota_snapshot": `(cardinality(t.townships) > 0 AND t.townships <@ current_setting('offsite.townships')::text[])`,
		"draw_task":      `(` + byObject("subject") + ` OR ` + byCase("subject") + `)`,
		// Who is nobody's yet may be chosen for an object or a case by everybody.
		"party": `(EXISTS (SELECT FROM public.object o WHERE o.party_id = t.id AND o.township = ` + mine + `)
			OR EXISTS (SELECT FROM public.casefile c WHERE c.party_id = t.id AND c.township = ` + mine + `)
			OR NOT EXISTS (SELECT FROM public.object o WHERE o.party_id = t.id) AND NOT EXISTS (SELECT FROM public.casefile c WHERE c.party_id = t.id))`,
		"consent": `(EXISTS (SELECT FROM public.object o WHERE o.party_id = t.party_id AND o.township = ` + mine + `)
			OR EXISTS (SELECT FROM public.casefile c WHERE c.party_id = t.party_id AND c.township = ` + mine + `))`,
		"access_record": `(EXISTS (SELECT FROM public.evidence e JOIN public.casefile c ON c.id = e.case_id WHERE e.bundle::text = t.subject AND c.township = ` + mine + `)
			OR EXISTS (SELECT FROM public.camera c WHERE c.id::text = t.subject AND c.township = ` + mine + `)
			OR EXISTS (SELECT FROM public.casefile c WHERE t.what = 'paper' AND c.id::text = t.subject AND c.township = ` + mine + `)
			OR EXISTS (SELECT FROM public.object o WHERE o.party_id::text = t.subject AND o.township = ` + mine + `))`,
	}
}

// District are the tables without a township: what concerns accounts, the law, other
// systems or the district as a whole. What of them names cases is for operations alone
// that the policy refuses to accounts of townships.
func District() []string {
	return []string{
		"account", "account_ceremony", "account_outside", "account_passkey", "account_recovery", "account_session", "account_totp", "sign_in",
		"act_claim", "api_key", "authority", "brigade", "camera_lease", "change_log", "credit_rules", "document_number", "draw", "duty_shift", "evidence_sample", "gateway_trial",
		"grade_formula", "grade_trial", "idempotent_answer", "intake_batch", "intake_change", "intake_party", "intake_row", "key_order", "log_draw", "log_entry", "log_keeper",
		"model", "model_change", "model_difference", "model_use", "node_spool", "other_case", "portal_code", "portal_link", "portal_session",
		"push_device", "push_key", "push_wish", "reconciliation", "retention_agreement", "retention_order", "retention_proof", "retention_run", "room_call", "room_holder", "rule", "saved_filter", "score_rules",
		"subject_event", "subject_request", "subject_try", "training", "watch_node",
		"webhook_attempt", "webhook_delivery", "webhook_endpoint", "webhook_event",
	}
}

// Narrowed are the tables of which a narrowed context sees its townships' rows alone.
func Narrowed() []string {
	return slices.Sorted(maps.Keys(scopedViews()))
}

// scopedViews are the statements that make the views, by name.
func scopedViews() map[string]string {
	views := map[string]string{
		"case_tally": `CREATE VIEW ` + scopedSchema + `.case_tally WITH (security_invoker = true) AS
			SELECT figure, day, major, until, hours, n FROM public.township_tally t WHERE t.township = ` + mine,
	}
	for table, condition := range narrowed() {
		views[table] = `CREATE VIEW ` + scopedSchema + `.` + table + ` WITH (security_invoker = true) AS SELECT * FROM public.` + table + ` t WHERE ` + condition
	}
	for _, table := range []string{"camera", "object", "lead"} { // nobody puts one into another's township
		views[table] += ` WITH LOCAL CHECK OPTION`
	}
	return views
}

// triggerFunctions are those that do not yet work with the tables, whatever the
// connection sees.
const triggerFunctions = `SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.prorettype = 'trigger'::regtype AND p.pronamespace = 'public'::regnamespace AND p.proconfig IS NULL
	AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') AND p.proname NOT LIKE 'river%' ORDER BY 1`

// hideViews takes the views away, before the tables change under them. A narrowed
// connection is refused meanwhile.
func hideViews(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `DROP SCHEMA IF EXISTS `+scopedSchema+` CASCADE`); err != nil {
		return fmt.Errorf("take the views of townships away: %w", err)
	}
	return nil
}

// showViews makes the views, unless they are as they should be.
func showViews(ctx context.Context, pool *pgxpool.Pool) error {
	views := scopedViews()
	names := slices.Sorted(maps.Keys(views))
	var tables, stands string
	err := pool.QueryRow(ctx, `SELECT coalesce(string_agg(c.relname || '.' || a.attname, ',' ORDER BY c.relname, a.attnum), ''),
		coalesce((SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $2), '')
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped`,
		names, scopedSchema).Scan(&tables, &stands)
	if err != nil {
		return fmt.Errorf("look at the views of townships: %w", err)
	}
	statements := []string{`DROP SCHEMA IF EXISTS ` + scopedSchema + ` CASCADE`, `CREATE SCHEMA ` + scopedSchema}
	for _, name := range names {
		statements = append(statements, views[name])
	}
	sum := sha256.Sum256([]byte(tables + strings.Join(statements, "\n")))
	should := hex.EncodeToString(sum[:])
	rows, err := pool.Query(ctx, triggerFunctions)
	if err != nil {
		return fmt.Errorf("list the trigger functions: %w", err)
	}
	functions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list the trigger functions: %w", err)
	}
	if stands == should && len(functions) == 0 {
		return nil
	}
	for _, f := range functions {
		statements = append(statements, `ALTER FUNCTION `+f+` SET search_path = public, pg_temp`)
	}
	statements = append(statements, `COMMENT ON SCHEMA `+scopedSchema+` IS '`+should+`'`)
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return fmt.Errorf("make the views of townships: %w; the owner of the tables must be allowed to make a schema (GRANT CREATE ON DATABASE)", err)
			}
		}
		return nil
	})
}
