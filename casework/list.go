package casework

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/store"
)

const (
	pageLength = 50
	pageMost   = 200
)

// mark is where a page ends: time and id of its last row, its score where that
// orders the list. The time is what the list goes by: raised, changed or due.
type mark struct {
	At    time.Time `json:"t"`
	ID    string    `json:"i"`
	Score float64   `json:"s,omitempty"`
}

func (m mark) cursor() string {
	text, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// readMark reads a cursor; "" is the beginning.
func readMark(cursor string) (*mark, error) {
	if cursor == "" {
		return nil, nil
	}
	var m mark
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return nil, &Refusal{Kind: flow.Invalid, Field: "cursor", ZH: "分页位置无效，请从头查询", EN: "the cursor is not one of ours: start from the first page"}
	}
	return &m, nil
}

func length(limit int) int {
	if limit <= 0 {
		return pageLength
	}
	return min(limit, pageMost)
}

// query collects conditions with their arguments.
type query struct {
	where []string
	args  []any
}

// add takes a condition with ? for the argument.
func (q *query) add(condition string, args ...any) {
	for _, a := range args {
		q.args = append(q.args, a)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)), 1)
	}
	q.where = append(q.where, condition)
}

func (q *query) text() string {
	if len(q.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(q.where, " AND ")
}

// Orders of a list of findings: by how sure the model was; by what falls due first, and of
// those that fall due together the surest first.
const (
	byProbability = "probability"
	byDeadline    = "deadline"
)

// Findings lists findings: those that wait for a review oldest first, or in the order
// that is asked for, all others newest first.
func (b *Book) Findings(ctx context.Context, f FindingFilter, cursor string) (Page[FindingItem], error) {
	var q query
	if f.State != "" {
		q.add("state = ?", f.State)
	}
	if f.Detector != "" {
		q.add("detector = ?", f.Detector)
	}
	if (f.CameraID != "" && !store.IsID(f.CameraID)) || (f.ObjectID != "" && !store.IsID(f.ObjectID)) {
		return Page[FindingItem]{Items: []FindingItem{}}, nil
	}
	if f.CameraID != "" {
		q.add("camera_id = ?", f.CameraID)
	}
	if f.ObjectID != "" {
		q.add("object_id = ?", f.ObjectID)
	}
	if !f.From.IsZero() {
		q.add("raised_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q.add("raised_at < ?", f.To)
	}
	m, err := readMark(cursor)
	if err != nil {
		return Page[FindingItem]{}, err
	}
	order := q.after(f, m)
	n := length(f.Limit)
	list, err := b.casefiles(ctx, q, order, n+1)
	if err != nil {
		return Page[FindingItem]{}, fmt.Errorf("list the findings: %w", err)
	}
	page := Page[FindingItem]{Items: []FindingItem{}}
	for i, c := range list {
		if i == n {
			last := mark{list[n-1].RaisedAt, list[n-1].ID, list[n-1].D.Summary.score()}
			if due := page.Items[n-1].Deadline; f.Order == byDeadline && due != nil {
				last.At = due.At
			}
			page.NextCursor = last.cursor()
			break
		}
		item := c.findingItem()
		due, err := b.deadlines(c)
		if err != nil {
			return page, fmt.Errorf("list the findings: %w", err)
		}
		if len(due) > 0 {
			item.Deadline = &due[0]
		}
		page.Items = append(page.Items, item)
	}
	return page, nil
}

// after gives the order that the filter asks for, and begins after the mark.
func (q *query) after(f FindingFilter, m *mark) (order string) {
	var begin string
	switch {
	case f.Order == byProbability:
		order, begin = "-score, raised_at, casefile.id", "(-score, raised_at, id) > (-(?::double precision), ?, ?)"
		if m != nil {
			q.add(begin, m.Score, m.At, m.ID)
		}
		return order
	case f.Order == byDeadline:
		q.add("due_at IS NOT NULL")
		order, begin = "due_at, -score, casefile.id", "(due_at, -score, id) > (?, -(?::double precision), ?)"
		if m != nil {
			q.add(begin, m.At, m.Score, m.ID)
		}
		return order
	case f.State == string(flow.Found) || f.State == string(flow.Reviewed):
		order, begin = "raised_at, casefile.id", "(raised_at, id) > (?, ?)"
	default:
		order, begin = "raised_at DESC, casefile.id DESC", "(raised_at, id) < (?, ?)"
	}
	if m != nil {
		q.add(begin, m.At, m.ID)
	}
	return order
}

// casefiles reads rows for a list, which changes nothing of them. An order by id names the table: a bare id would be the column
// of text that is read, which no index has.
func (b *Book) casefiles(ctx context.Context, q query, order string, limit int) ([]*casefile, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT `+casefileColumns+` FROM casefile`+q.text()+` ORDER BY `+order+fmt.Sprintf(" LIMIT %d", limit), q.args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*casefile, error) { return scanCasefileBy(row, b.decoded.read) })
}

func (c *casefile) findingItem() FindingItem {
	d := &c.D
	return FindingItem{ID: c.ID, State: string(c.State), Version: c.Version, Detector: c.Detector, MatterZH: d.Law.NameZH, MatterEN: d.Law.NameEN,
		CameraID: c.CameraID, Camera: d.Camera.Name, ZoneZH: d.Zone.NameZH, ZoneEN: d.Zone.NameEN, Object: d.Object.Name, ObjectID: c.ObjectID,
		First: c.FirstAt, Last: c.LastAt, Raised: c.RaisedAt, WhyZH: d.Summary.Why.ZH, WhyEN: d.Summary.Why.EN, Bundle: d.Bundle, Score: d.Summary.score()}
}

// wholeNumber is a case's number as it stands on a paper.
var wholeNumber = regexp.MustCompile(`^\s*\S+字〔\d{4}〕第\d+号\s*$`)

// Cases lists cases, latest change first. Findings that nobody confirmed are not
// cases yet.
func (b *Book) Cases(ctx context.Context, f CaseFilter, cursor string) (Page[CaseItem], error) {
	var q query
	if f.State != "" {
		q.add("state = ?", f.State)
	} else {
		q.add("state <> 'found'")
	}
	if f.Matter != "" {
		q.add("matter = ?", f.Matter)
	}
	if f.Officer != "" {
		q.add("officers @> ARRAY[?::uuid]", f.Officer)
	}
	switch f.Due {
	case "overdue":
		q.add("due_at < ?", b.now())
	case "week":
		q.add("due_at < ?", b.now().Add(soon))
	}
	if f.Unknown {
		q.add(flow.UnknownParty("casefile"))
	}
	if f.Refund {
		q.add(moneyWaits)
	}
	q.search(f.Q)
	m, err := readMark(cursor)
	if err != nil {
		return Page[CaseItem]{}, err
	}
	if m != nil {
		q.add("(changed_at, id) < (?, ?)", m.At, m.ID)
	}
	n := length(f.Limit)
	list, err := b.casefiles(ctx, q, "changed_at DESC, casefile.id DESC", n+1)
	if err != nil {
		return Page[CaseItem]{}, fmt.Errorf("list the cases: %w", err)
	}
	page := Page[CaseItem]{Items: []CaseItem{}}
	for i, c := range list {
		if i == n {
			page.NextCursor = mark{At: list[n-1].ChangedAt, ID: list[n-1].ID}.cursor()
			break
		}
		item, err := b.caseItem(c)
		if err != nil {
			return page, fmt.Errorf("list the cases: %w", err)
		}
		page.Items = append(page.Items, item)
	}
	if f.Unknown {
		return page, b.tellSearchers(ctx, page.Items)
	}
	return page, nil
}

// search narrows to what somebody typed: the whole number of the case or of one of its
// papers, a character that a party's name begins with, or what number, party, object or
// place has in it.
func (q *query) search(text string) {
	escaped := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
	pairs := gramsOf(text)
	switch {
	case text == "":
	case wholeNumber.MatchString(text): // has indexes of its own; its pairs of characters are everybody's
		whole := strings.TrimSpace(text)
		q.add("id IN (SELECT id FROM casefile WHERE number = ? UNION ALL SELECT case_id FROM document WHERE number = ?)", whole, whole)
	case len(pairs) == 0: // a surname: without pairs every case would have to be read
		q.add("party <> '' AND party LIKE ?", escaped+"%")
	default:
		like := "%" + escaped + "%"
		q.add("id IN (SELECT case_id FROM case_search WHERE grams @> ?)", pairs)
		q.add("(number ILIKE ? OR party ILIKE ? OR object ILIKE ? OR place ILIKE ?)", like, like, like, like)
	}
}

func (b *Book) caseItem(c *casefile) (CaseItem, error) {
	d := &c.D
	item := CaseItem{ID: c.ID, Number: c.Number, State: string(c.State), Version: c.Version, MatterZH: d.Law.NameZH, MatterEN: d.Law.NameEN,
		Party: d.Party.Name, Object: d.Object.Name, Place: d.Camera.Place, Camera: d.Camera.Name, FoundAt: c.FirstAt, ChangedAt: c.ChangedAt}
	due, err := b.deadlines(c)
	if len(due) > 0 {
		item.Deadline = &due[0]
	}
	return item, err
}

func (b *Book) deadlines(c *casefile) ([]Deadline, error) {
	f, err := b.facts(c, b.now())
	if err != nil {
		return nil, err
	}
	due, err := flow.Deadlines(f, b.rules)
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", c.ID, err)
	}
	list := []Deadline{}
	for _, d := range due {
		list = append(list, deadlineOf(d))
	}
	return list, nil
}
