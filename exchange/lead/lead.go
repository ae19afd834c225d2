package lead

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// secrets is registry.Secrets.
type secrets interface {
	Seal(purpose, text string) ([]byte, error)
	Unseal(purpose string, sealed []byte) (string, error)
}

// Options are the parts of a Desk.
type Options struct {
	Pool    *pgxpool.Pool
	Secrets secrets
	Tell    func(ctx context.Context, tx pgx.Tx, kind string, data any) error // other systems; nil: they are told nothing
	Now     func() time.Time
}

// Desk takes leads in and follows them. It is safe for concurrent use.
type Desk struct{ o Options }

// New returns the desk of a migrated database.
func New(o Options) *Desk { return &Desk{o} }

func (d *Desk) now() time.Time { return d.o.Now().UTC().Truncate(time.Microsecond) }

// By is who acts: a member of staff, or another system by its key.
type By struct{ ID, Name string }

// States of a lead.
const (
	Received     = "received"
	Acknowledged = "acknowledged"
	Dispatched   = "dispatched"
	Done         = "done"
	Transferred  = "transferred"
)

// Waste is the kind of construction waste.
const Waste = "waste"

// Draft is what somebody tells.
type Draft struct {
	Source     string    `json:"source" enum:"hotline,bureau,police,district,patrol"`
	SourceName string    `json:"source_name" minLength:"1" maxLength:"80" doc:"Which hotline, bureau or district."`
	SourceRef  string    `json:"source_ref,omitempty" maxLength:"80" doc:"The source's own number; told again under it, the lead is the same."`
	Kind       string    `json:"kind" enum:"waste,stall,crossdoor,soil,burning,building,other"`
	What       string    `json:"what" minLength:"1" maxLength:"2000"`
	Place      string    `json:"place" minLength:"1" maxLength:"200"`
	Township   string    `json:"township,omitempty" maxLength:"60"`
	Longitude  *float64  `json:"longitude,omitempty" minimum:"-180" maximum:"180" doc:"WGS 84."`
	Latitude   *float64  `json:"latitude,omitempty" minimum:"-90" maximum:"90"`
	Plate      string    `json:"plate,omitempty" maxLength:"20" doc:"Of construction waste: the lorry."`
	Hauler     string    `json:"hauler,omitempty" maxLength:"80"`
	Site       string    `json:"site,omitempty" maxLength:"120" doc:"Where it comes from."`
	Contact    string    `json:"contact,omitempty" maxLength:"200" doc:"Who told it, to ask back; kept encrypted."`
	SeenAt     time.Time `json:"seen_at,omitempty" doc:"Left out: now."`
	Urgent     bool      `json:"urgent,omitempty"`
}

// Lead is a lead as it stands.
type Lead struct {
	ID             string     `json:"id"`
	Number         string     `json:"number"`
	Source         string     `json:"source"`
	SourceName     string     `json:"source_name"`
	SourceRef      string     `json:"source_ref"`
	Kind           string     `json:"kind"`
	What           string     `json:"what"`
	Place          string     `json:"place"`
	Township       string     `json:"township"`
	Longitude      *float64   `json:"longitude,omitempty"`
	Latitude       *float64   `json:"latitude,omitempty"`
	Plate          string     `json:"plate"`
	Hauler         string     `json:"hauler"`
	Site           string     `json:"site"`
	HasContact     bool       `json:"has_contact"`
	SeenAt         time.Time  `json:"seen_at"`
	ReceivedAt     time.Time  `json:"received_at"`
	Urgent         bool       `json:"urgent"`
	State          string     `json:"state" enum:"received,acknowledged,dispatched,done,transferred"`
	Duty           []string   `json:"duty" doc:"Names of those on duty when it came."`
	AcknowledgeBy  time.Time  `json:"acknowledge_by"`
	AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty"`
	AcknowledgedBy string     `json:"acknowledged_by"`
	Officer        string     `json:"officer" doc:"Name."`
	HandleBy       time.Time  `json:"handle_by"`
	DoneAt         *time.Time `json:"done_at,omitempty"`
	Result         string     `json:"result" doc:"case, corrected, unfounded; empty until it is done."`
	Note           string     `json:"note"`
	CaseID         string     `json:"case_id"`
	CaseNumber     string     `json:"case_number"`
	Alarm          int        `json:"alarm" doc:"1: not acknowledged in time, 2: nor in twice that, handed up, 3: not done in time."`
	Version        int        `json:"version"`
	ByWhom         string     `json:"-"`
}

// Times in which a lead is acknowledged and done. No law sets them: they are what a
// 24-hour desk (24小时实时派单) promises.
const (
	acknowledgeUrgent = 10 * time.Minute // urgent, and construction waste: lorries drive away
	acknowledge       = 30 * time.Minute
	handleUrgent      = 4 * time.Hour
	handle            = 24 * time.Hour
)

func (d Draft) times(at time.Time) (acknowledgeBy, handleBy time.Time) {
	if d.Urgent || d.Kind == Waste {
		return at.Add(acknowledgeUrgent), at.Add(handleUrgent)
	}
	return at.Add(acknowledge), at.Add(handle)
}

func (d *Draft) check(now time.Time) error {
	for field, text := range map[string]*string{"source_name": &d.SourceName, "what": &d.What, "place": &d.Place} {
		if *text = strings.TrimSpace(*text); *text == "" {
			return exchange.Refuse(field, "请填写来源、情况和地点", "source, what was seen and where are all needed")
		}
	}
	if !slices.Contains([]string{"hotline", "bureau", "police", "district", "patrol"}, d.Source) {
		return exchange.Refuse("source", "没有这种来源", "there is no source "+d.Source)
	}
	if !slices.Contains([]string{Waste, "stall", "crossdoor", "soil", "burning", "building", "other"}, d.Kind) {
		return exchange.Refuse("kind", "没有这类线索", "there is no kind "+d.Kind)
	}
	if (d.Longitude == nil) != (d.Latitude == nil) {
		return exchange.Refuse("latitude", "经度和纬度须同时填写", "longitude and latitude go together")
	}
	if d.SeenAt.IsZero() {
		d.SeenAt = now
	}
	const skew = 5 * time.Minute // between their clock and ours
	if d.SeenAt.After(now.Add(skew)) {
		return exchange.Refuse("seen_at", "发现时间不能晚于现在", "it cannot have been seen later than now")
	}
	return nil
}

// event is what other systems are told: ids and states.
type event struct {
	LeadID    string    `json:"lead_id"`
	Number    string    `json:"number"`
	SourceRef string    `json:"source_ref,omitempty"`
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	Result    string    `json:"result,omitempty"`
	Alarm     int       `json:"alarm,omitempty"`
	At        time.Time `json:"at"`
}

// Receive keeps a lead; fresh is false where it was told before.
func (d *Desk) Receive(ctx context.Context, by By, w Draft) (made Lead, fresh bool, err error) {
	now := d.now()
	if err := w.check(now); err != nil {
		return Lead{}, false, fmt.Errorf("receive a lead: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Lead{}, false, fmt.Errorf("receive a lead: %w", err)
	}
	err = pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error {
		made, err = d.told(ctx, tx, w)
		if !errors.Is(err, registry.ErrNotFound) {
			return err
		}
		fresh = true
		if err := d.insert(ctx, tx, by, id.String(), w, now); err != nil {
			return err
		}
		if made, err = one(ctx, tx, id.String(), ""); err != nil {
			return err
		}
		return d.note(ctx, tx, by, made, "received", "", "lead.received")
	})
	if err != nil {
		return Lead{}, false, fmt.Errorf("receive a lead of %s: %w", w.SourceName, err)
	}
	return made, fresh, nil
}

// told finds a lead that was told before, one telling at a time.
func (d *Desk) told(ctx context.Context, tx pgx.Tx, w Draft) (Lead, error) {
	if w.SourceRef == "" {
		return Lead{}, registry.ErrNotFound
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 8))`, "lead:"+w.Source+":"+w.SourceName+":"+w.SourceRef); err != nil {
		return Lead{}, err
	}
	rows, err := tx.Query(ctx, query+`WHERE l.source = $1 AND l.source_name = $2 AND l.source_ref = $3`, w.Source, w.SourceName, w.SourceRef)
	if err != nil {
		return Lead{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	return found, err
}

func (d *Desk) insert(ctx context.Context, tx pgx.Tx, by By, id string, w Draft, now time.Time) error {
	var contact []byte
	var err error
	if w.Contact != "" {
		if contact, err = d.o.Secrets.Seal(purpose(id), w.Contact); err != nil {
			return err
		}
	}
	var serial int
	year := now.In(shanghai()).Year()
	if err := tx.QueryRow(ctx, `INSERT INTO document_number (kind, year, last) VALUES ('lead', $1, 1)
		ON CONFLICT (kind, year) DO UPDATE SET last = document_number.last + 1 RETURNING last`, year).Scan(&serial); err != nil {
		return err
	}
	duty, err := onDuty(ctx, tx, now)
	if err != nil {
		return err
	}
	acknowledgeBy, handleBy := w.times(now)
	_, err = tx.Exec(ctx, `INSERT INTO lead (id, number, source, source_name, source_ref, by_whom, kind, what, place, township, longitude, latitude, plate, hauler, site, contact,
		seen_at, received_at, urgent, state, duty, acknowledge_by, handle_by, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'received', $20::text[]::uuid[], $21, $22, 1)`,
		id, fmt.Sprintf("线〔%d〕%06d号", year, serial), w.Source, w.SourceName, w.SourceRef, by.ID, w.Kind, w.What, w.Place, w.Township, w.Longitude, w.Latitude,
		w.Plate, w.Hauler, w.Site, contact, w.SeenAt, now, w.Urgent || w.Kind == Waste, duty, acknowledgeBy, handleBy)
	return err
}

func purpose(id string) string { return "lead.contact:" + id }

// note enters a step and tells of it, console and other systems.
func (d *Desk) note(ctx context.Context, tx pgx.Tx, by By, l Lead, step, text, kind string) error {
	now := d.now()
	if _, err := tx.Exec(ctx, `INSERT INTO lead_event (lead_id, at, by_whom, by_name, event, note) VALUES ($1, $2, $3, $4, $5, $6)`,
		l.ID, now, by.ID, by.Name, step, text); err != nil {
		return err
	}
	if err := store.Notify(ctx, tx, map[string]any{"kind": "lead.changed", "lead_id": l.ID, "state": l.State, "alarm": l.Alarm}); err != nil {
		return err
	}
	if d.o.Tell == nil {
		return nil
	}
	return d.o.Tell(ctx, tx, kind, event{LeadID: l.ID, Number: l.Number, SourceRef: l.SourceRef, Kind: l.Kind, State: l.State, Result: l.Result, Alarm: l.Alarm, At: now})
}

// required tidies a text that must be there.
func required(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > most {
		return "", exchange.Refuse(field, fmt.Sprintf("请写明情况（最多%d字）", most), fmt.Sprintf("say what it was, in %d characters at most", most))
	}
	return text, nil
}
