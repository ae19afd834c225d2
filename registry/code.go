package registry

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// Codes say how far the objects of a business have their own code hanging at the place
// (一点一码).
type Codes struct {
	Objects int      `json:"objects"`
	Posted  int      `json:"posted"`                // of which a photograph shows it there
	Missing []Object `json:"missing"`               // the others, by name; the first of them
	Next    string   `json:"next_cursor,omitempty"` // after which of them the next ones are; "" where there are none
}

// codeHangs says of an object o whether a photograph of its code at the place stands.
const codeHangs = `EXISTS (SELECT FROM object_paper c WHERE c.object_id = o.id AND c.kind = 'code' AND c.withdrawn_at IS NULL)`

// ofBusiness chooses the objects o in whose business a word ($1) stands, or (”) all.
const ofBusiness = `o.removed_at IS NULL AND ($1 = '' OR strpos(o.business, $1) > 0)`

// Codes counts the objects in whose business a word stands, or ("") all, by whether
// their code hangs, and lists at most so many where it does not: those that come after
// the object of an id, or ("") the first.
func (r *Registry) Codes(ctx context.Context, business, after string, most int) (Codes, error) {
	c := Codes{Missing: []Object{}}
	business = strings.TrimSpace(business)
	err := r.db.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE `+codeHangs+`) FROM object o WHERE `+ofBusiness,
		business).Scan(&c.Objects, &c.Posted)
	if err != nil {
		return c, fmt.Errorf("count whose code hangs: %w", err)
	}
	if after != "" && !store.IsID(after) {
		return c, nil
	}
	rows, err := r.db.Query(ctx, objectQuery+`WHERE `+ofBusiness+` AND NOT `+codeHangs+`
		AND ($2 = '' OR (o.name, o.id) > (SELECT a.name, a.id FROM object a WHERE a.id = nullif($2, '')::uuid))
		ORDER BY o.name, o.id LIMIT $3`, business, after, most+1)
	if err == nil {
		c.Missing, err = pgx.CollectRows(rows, scanObject)
	}
	if err != nil {
		return c, fmt.Errorf("list whose code does not hang: %w", err)
	}
	if len(c.Missing) > most {
		c.Missing = c.Missing[:most]
		c.Next = c.Missing[most-1].ID
	}
	return c, nil
}
