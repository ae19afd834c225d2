package privacy

import (
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"

	"offsite/store/storetest"
)

// notHeld are tables that point at a case or a party and of which a party is given nothing.
var notHeld = map[string]string{
	"alarm":             "deadlines of those who handle the case",
	"case_check":        "how the office did its work, not what the party did",
	"case_search":       "pairs of characters of what is given",
	"evidence_due":      "days that follow from what is given",
	"intake_party":      "an import as it came, encrypted and deleted by the schedule; what was taken of it is given",
	"lead":              "who told of it is another person, and protected",
	"party_search":      "which officer looks for a party that is not known yet",
	"payment_order":     "addresses to pay at; what was paid is given",
	"portal_code":       "digests of codes, gone after minutes",
	"portal_link":       "digests of links; what was sent is given",
	"publication_check": "how the office did its work",
	"record_proof":      "the log's proofs of what is given",
	"redacted_copy":     "made of evidence that is named; shown on the case's page",
	"room_call":         "who was in a room, until it ends",
	"room_part":         "pieces of a recording that becomes evidence, which is named",
	"subject_try":       "tries of a number, gone after a day",
}

// A table that is new and points at a party or its cases is given to the party, or it stands
// here why not.
func TestNothingThatIsHeldOnAPartyIsForgotten(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	rows, err := pool.Query(t.Context(), `SELECT DISTINCT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
			AND a.attname IN ('case_id', 'party_id', 'record_id', 'repair_id') ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 20 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	var all string
	for _, one := range held() {
		all += one[1] + "\n"
	}
	for _, table := range tables {
		given := regexp.MustCompile(`(FROM|JOIN) ` + table + `\b`).MatchString(all)
		why, known := notHeld[table]
		switch {
		case !given && !known:
			t.Errorf("table %s points at a party or its cases and no file of the copy is made of it", table)
		case given && known:
			t.Errorf("table %s is given; it stands here that it is not: %s", table, why)
		}
	}
}
