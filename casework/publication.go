package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
)

// PublicDecision is a decision as the public list shows it: a person is masked, no
// address, no picture. A withdrawn one keeps its number and the reason alone.
type PublicDecision struct {
	Number      string     `json:"number"`
	MatterZH    string     `json:"matter_zh"`
	MatterEN    string     `json:"matter_en"`
	Party       string     `json:"party"`
	FineFen     int64      `json:"fine_fen"`
	DecidedAt   time.Time  `json:"decided_at"`
	PublishedAt time.Time  `json:"published_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
	ReasonZH    string     `json:"reason_zh,omitempty"`
}

// Publication is a decision on its way to the public, as staff see it.
type Publication struct {
	CaseID    string            `json:"case_id"`
	Number    string            `json:"number"`
	PublishBy time.Time         `json:"publish_by"`
	Shown     PublicDecision    `json:"shown" doc:"What the public sees, or would see."`
	Check     *PublicationCheck `json:"check,omitempty"`
}

// PublicationCheck says that somebody has looked at what is published.
type PublicationCheck struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Sound  bool      `json:"sound"`
	Reason string    `json:"reason"`
}

// publicationQuery reads cases with their newest check.
const publicationQuery = `SELECT ` + casefileColumns + `, k.at, k.by_name, k.sound, k.reason FROM casefile
	LEFT JOIN LATERAL (SELECT at, by_name, sound, reason FROM publication_check p WHERE p.case_id = casefile.id ORDER BY p.id DESC LIMIT 1) k ON true`

// checkedCase is a case with its newest check.
type checkedCase struct {
	*casefile
	check *PublicationCheck
}

func scanChecked(row pgx.CollectableRow) (c checkedCase, err error) {
	var at *time.Time
	var by, reason *string
	var sound *bool
	c.casefile, err = scanCasefile(beside{row, []any{&at, &by, &sound, &reason}})
	if err == nil && at != nil {
		c.check = &PublicationCheck{At: *at, By: *by, Sound: *sound, Reason: *reason}
	}
	return c, err
}

// beside scans more columns after those asked for.
type beside struct {
	row  pgx.Row
	more []any
}

// Scan implements pgx.Row.
func (b beside) Scan(into ...any) error { return b.row.Scan(append(into, b.more...)...) }

// PublicDecisions lists published decisions, newest first (art. 48): all, or those of
// which number, matter or unit contain text.
func (b *Book) PublicDecisions(ctx context.Context, text, cursor string) (Page[PublicDecision], error) {
	var q query
	q.add("published_at IS NOT NULL")
	if text = strings.TrimSpace(text); text != "" {
		q.add(`strpos(lower(concat_ws(' ', dossier->>'decision_no', dossier->'law'->>'name_zh', dossier->'law'->>'name_en',
			CASE WHEN dossier->'party'->>'kind' = 'unit' THEN party END)), lower(?)) > 0`, text)
		q.add(`coalesce(k.sound, true) AND dossier->>'withdrawn_at' IS NULL`)
	}
	m, err := readMark(cursor)
	if err != nil {
		return Page[PublicDecision]{}, err
	}
	if m != nil {
		q.add("(published_at, id) < (?, ?)", m.At, m.ID)
	}
	rows, err := b.o.Pool.Query(ctx, publicationQuery+q.text()+fmt.Sprintf(" ORDER BY published_at DESC, casefile.id DESC LIMIT %d", pageLength+1), q.args...)
	if err != nil {
		return Page[PublicDecision]{}, fmt.Errorf("list the published decisions: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanChecked)
	if err != nil {
		return Page[PublicDecision]{}, fmt.Errorf("list the published decisions: %w", err)
	}
	page := Page[PublicDecision]{Items: []PublicDecision{}}
	for i, c := range list {
		if i == pageLength {
			page.NextCursor = mark{At: list[i-1].D.PublishedAt, ID: list[i-1].ID}.cursor()
			break
		}
		page.Items = append(page.Items, c.public())
	}
	return page, nil
}

// public is what anybody may read of a decision.
func (c checkedCase) public() PublicDecision {
	d := &c.D
	p := PublicDecision{Number: d.DecisionNo, DecidedAt: d.DecidedAt, PublishedAt: d.PublishedAt, WithdrawnAt: present(d.WithdrawnAt), ReasonZH: d.Ending}
	if c.check != nil && !c.check.Sound && p.WithdrawnAt == nil {
		p.WithdrawnAt, p.ReasonZH = &c.check.At, c.check.Reason
	}
	if p.WithdrawnAt != nil {
		return p
	}
	p.ReasonZH = ""
	p.MatterZH, p.MatterEN, p.FineFen, p.Party = d.Law.NameZH, d.Law.NameEN, c.FineFen, d.Party.Name
	if d.Party.Kind != "unit" {
		p.Party = maskedName(d.Party.Name)
	}
	return p
}

// maskedName leaves the family name of a person.
func maskedName(name string) string {
	letters := []rune(name)
	if len(letters) == 0 {
		return ""
	}
	return string(letters[0]) + strings.Repeat("*", max(1, len(letters)-1))
}

// Publications lists decisions by where their publication stands: "late" and "due" are
// not published yet, "unchecked" nobody has looked at, "withdrawn" is hidden again.
func (b *Book) Publications(ctx context.Context, state, cursor string) (Page[Publication], error) {
	var q query
	q.add("decided_at IS NOT NULL")
	switch state {
	case "late":
		q.add("published_at IS NULL AND state <> 'revoked' AND publish_by < ?", b.now())
	case "due":
		q.add("published_at IS NULL AND state <> 'revoked' AND publish_by >= ?", b.now())
	case "unchecked":
		q.add("published_at IS NOT NULL AND state <> 'revoked' AND k.at IS NULL")
	case "withdrawn":
		q.add("published_at IS NOT NULL AND (k.sound = false OR dossier->>'withdrawn_at' IS NOT NULL)")
	default:
		q.add("published_at IS NOT NULL")
	}
	m, err := readMark(cursor)
	if err != nil {
		return Page[Publication]{}, err
	}
	if m != nil {
		q.add("(decided_at, id) < (?, ?)", m.At, m.ID)
	}
	rows, err := b.o.Pool.Query(ctx, publicationQuery+q.text()+fmt.Sprintf(" ORDER BY decided_at DESC, casefile.id DESC LIMIT %d", pageLength+1), q.args...)
	if err != nil {
		return Page[Publication]{}, fmt.Errorf("list the publications: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanChecked)
	if err != nil {
		return Page[Publication]{}, fmt.Errorf("list the publications: %w", err)
	}
	page := Page[Publication]{Items: []Publication{}}
	for i, c := range list {
		if i == pageLength {
			page.NextCursor = mark{At: list[i-1].D.DecidedAt, ID: list[i-1].ID}.cursor()
			break
		}
		page.Items = append(page.Items, Publication{CaseID: c.ID, Number: c.Number, PublishBy: c.D.PublishBy, Shown: c.public(), Check: c.check})
	}
	return page, nil
}

// CheckPublication keeps that somebody has looked at what is published of a case. Who
// says that it may not stay gives the reason, which the public sees in its place.
func (b *Book) CheckPublication(ctx context.Context, a Actor, caseID string, sound bool, reason string) error {
	reason = strings.TrimSpace(reason)
	c, err := read(ctx, b.o.Pool, caseID, "")
	if err == nil {
		err = c.mayCheck(sound, reason)
	}
	if err != nil {
		return err
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO publication_check (case_id, at, by_whom, by_name, sound, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
		caseID, b.now(), a.ID, a.Name, sound, reason)
	if err != nil {
		return fmt.Errorf("keep the check of the publication of case %s: %w", caseID, err)
	}
	return nil
}

// mayCheck refuses to have it said of a case's publication that it may stay, or why not.
func (c *casefile) mayCheck(sound bool, reason string) error {
	switch {
	case !sound && reason == "":
		return &Refusal{Kind: flow.Invalid, Field: "reason", ZH: "撤下公开信息须写明理由", EN: "say why it is withdrawn", Article: "行政处罚法第四十八条 · APL art. 48"}
	case c.D.PublishedAt.IsZero():
		return &Refusal{Kind: flow.Unlawful, State: c.State, ZH: "该决定尚未公开", EN: "the decision is not published yet"}
	}
	return nil
}
