package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/document"
	"offsite/casework/flow"
	"offsite/evidence"
)

// Rooms are where inquiries by video are held; *room.Rooms is one.
type Rooms interface {
	// End lets everybody out and returns when all that was recorded is kept. A room that
	// is not here is no error.
	End(ctx context.Context, id string) error
}

// ErrRoomClosed means that the room of an inquiry is open no longer.
var ErrRoomClosed = errors.New("the room of this inquiry is closed")

// Inquiry is how far an inquiry by video is.
type Inquiry struct {
	State       string         `json:"state" enum:"none,open,ended,sealed" doc:"ended: what was recorded is on its way to the seal, or nothing was."`
	AppointedAt *time.Time     `json:"appointed_at,omitempty" doc:"As the party asked for."`
	OpenedAt    *time.Time     `json:"opened_at,omitempty"`
	AgreedAt    *time.Time     `json:"agreed_at,omitempty" doc:"The party agreed to be recorded."`
	ClosedAt    *time.Time     `json:"closed_at,omitempty"`
	Recorded    bool           `json:"recorded"`
	Bundle      string         `json:"bundle,omitempty" doc:"The recording, sealed."`
	Officers    []RoomOfficer  `json:"officers"`
	Record      *InquiryRecord `json:"record,omitempty" doc:"The latest record of an inquiry."`
}

// RoomOfficer is an officer with the licence that the party may ask to see.
type RoomOfficer struct {
	Name      string     `json:"name"`
	LicenceNo string     `json:"licence_no"`
	PresentAt *time.Time `json:"present_at,omitempty" doc:"When the officer, in a session of their own, entered the room or confirmed to be there. Without both there is no record of the inquiry (Penalty Law art. 42)."`
}

// InquiryRecord is a record that the party reads and confirms.
type InquiryRecord struct {
	Document    string     `json:"document" doc:"Of the party's documents."`
	At          time.Time  `json:"at"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	Correction  string     `json:"correction,omitempty" doc:"What the party adds or puts right."`
}

func (c *casefile) inquiry() Inquiry {
	r := c.D.Room
	out := Inquiry{State: "none", AppointedAt: present(r.AppointedAt), OpenedAt: present(r.OpenedAt), AgreedAt: present(r.AgreedAt), ClosedAt: present(r.ClosedAt),
		Recorded: !r.From.IsZero(), Officers: []RoomOfficer{}}
	switch {
	case r.open():
		out.State = "open"
	case !r.SealedAt.IsZero():
		out.State, out.Bundle = "sealed", r.ID
	case !r.ClosedAt.IsZero():
		out.State = "ended"
	}
	for _, o := range c.D.People.Officers {
		one := RoomOfficer{Name: o.Name, LicenceNo: o.LicenceNo}
		for _, p := range r.Present {
			if p.ID == o.ID {
				one.PresentAt = present(p.At)
			}
		}
		out.Officers = append(out.Officers, one)
	}
	if n := len(c.D.Inquiries); n > 0 {
		i := c.D.Inquiries[n-1]
		out.Record = &InquiryRecord{Document: i.Document, At: i.At, ConfirmedAt: present(i.ConfirmedAt), Correction: i.Correction}
	}
	return out
}

// Inquiry tells how far the inquiry by video of a case is.
func (b *Book) Inquiry(ctx context.Context, caseID string) (Inquiry, error) {
	c, err := read(ctx, b.o.Pool, caseID, "")
	if err != nil {
		return Inquiry{}, err
	}
	return c.inquiry(), nil
}

// Seat gives the open room of a case to one who may enter it: an officer of the case, or
// with a nil actor the party, once it has agreed to be recorded.
func (b *Book) Seat(ctx context.Context, a *Actor, caseID string) (roomID string, err error) {
	c, err := read(ctx, b.o.Pool, caseID, "")
	if err != nil {
		return "", err
	}
	f, err := b.facts(c, b.now())
	if err != nil {
		return "", err
	}
	// Who may end the inquiry, or refuse to be recorded, may enter.
	attempt := flow.Attempt{Event: "refuse_recording", Roles: []flow.Role{flow.Party}}
	if a != nil {
		by := a.performer()
		attempt = flow.Attempt{Event: "close_room", Actor: by.id, LicenceUntil: by.licenceUntil, Roles: by.roles}
	}
	if refusal := b.table.Offered(f, attempt); refusal != nil {
		return "", refusal
	}
	if a == nil && !f.RoomAgreed {
		step, _ := b.table.Find(c.State, "agree_recording")
		return "", &Refusal{Kind: flow.Unlawful, Event: step.Event, State: c.State, Article: step.Article,
			ZH: "请先同意录音录像：未经同意不录制，也不进行视频询问", EN: "agree to be recorded first: without it nothing is recorded and no inquiry is held"}
	}
	return c.D.Room.ID, nil
}

// Attend records that an officer of the case is in its open room, once for each: two
// officers hold an inquiry (Penalty Law art. 42).
func (b *Book) Attend(ctx context.Context, a Actor, caseID string) error {
	c, err := read(ctx, b.o.Pool, caseID, "")
	if err != nil || slices.Contains(c.D.Room.present(), a.ID) {
		return err
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if slices.Contains(c.D.Room.present(), a.ID) {
			return nil // from another window, meanwhile
		}
		return b.take(ctx, tx, c, a.performer(), "attend", flow.Fields{Note: "进入视频询问室"})
	})
}

// AgreeRecording records that the party has read its rights and how the recording is
// treated, and agrees or refuses. Refused, the room is closed.
func (b *Book) AgreeRecording(ctx context.Context, caseID string, agree bool, v Visit) error {
	event, note := flow.Event("agree_recording"), "已阅看询问权利义务和个人信息处理告知，同意全程录音录像"
	if !agree {
		event, note = "refuse_recording", "不同意（撤回同意）录音录像，可以改为书面说明或者到场接受询问"
	}
	if err := b.act(ctx, caseID, event, flow.Fields{Note: note}); err != nil {
		return err
	}
	return b.visit(ctx, caseID, string(event), "", v)
}

// ConfirmInquiry records that the party has read the record of its inquiry, with what it
// adds or puts right, if anything.
func (b *Book) ConfirmInquiry(ctx context.Context, caseID, correction string, v Visit) error {
	var given flow.Fields
	if !readText(correction, &given.Text) {
		return &Refusal{Kind: flow.Invalid, Event: "confirm_inquiry", Field: "text", ZH: "内容过长", EN: "the text is too long"}
	}
	given.Note = "已阅读询问笔录，核对无误"
	if given.Text != "" {
		given.Note = "已阅读询问笔录，补充更正：" + given.Text
	}
	if err := b.act(ctx, caseID, "confirm_inquiry", given); err != nil {
		return err
	}
	return b.visit(ctx, caseID, "confirm_inquiry", "", v)
}

// changeRoom writes what a step does to the room.
func (t *taking) changeRoom(ctx context.Context) error {
	r := &t.c.D.Room
	switch t.step.Event {
	case "appointment":
		r.AppointedAt = t.given.At
	case "open_room":
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		*r = room{ID: id.String(), AppointedAt: r.AppointedAt, OpenedAt: t.now}
		t.entry.detail.Bundle = r.ID
	case "attend":
		r.Present = append(r.Present, t.who())
		t.entry.detail.Bundle = r.ID
	case "agree_recording":
		r.AgreedAt = t.now
		t.entry.detail.Bundle = r.ID
	case "confirm_inquiry":
		i := t.c.D.unconfirmed()
		i.ConfirmedAt, i.Correction = t.now, t.given.Text
		return t.confirmed(ctx, i.Document)
	}
	return nil
}

// confirmed names in the record which document was confirmed.
func (t *taking) confirmed(ctx context.Context, id string) error {
	d := issued{ID: id, Kind: string(document.InquiryRecord)}
	err := t.tx.QueryRow(ctx, `SELECT number, sha256 FROM document WHERE id = $1`, id).Scan(&d.Number, &d.SHA256)
	if err != nil {
		return fmt.Errorf("read the record that is confirmed: %w", err)
	}
	t.entry.detail.Documents = append(t.entry.detail.Documents, d)
	return nil
}

// closeRoom lets everybody out and asks for what was recorded to be sealed.
func (t *taking) closeRoom(ctx context.Context) error {
	r := &t.c.D.Room
	if t.b.o.Rooms != nil {
		if err := t.b.o.Rooms.End(ctx, r.ID); err != nil {
			return fmt.Errorf("end the inquiry: %w", err)
		}
	}
	r.ClosedAt = t.now
	var from, to *time.Time
	if err := t.tx.QueryRow(ctx, `SELECT min(at), max(at) FROM room_part WHERE room_id = $1`, r.ID).Scan(&from, &to); err != nil {
		return fmt.Errorf("see what was recorded: %w", err)
	}
	if from == nil {
		return nil // nothing was: nobody came, or the party refused
	}
	r.From, r.To = *from, *to
	t.b.later(t.c, SealRoomArgs{CaseID: t.c.ID, RoomID: r.ID}, t.now)
	return nil
}

// RoomPart is the next piece of a file that is being recorded.
type RoomPart struct {
	Room, Case string
	File       string // party-20261124T020000.000Z.webm
	Seq        int    // from 1
	At         time.Time
	Content    []byte
}

// KeepPart keeps a piece of a recording, in a room that is open and whose party has
// agreed to be recorded; else ErrRoomClosed.
func (b *Book) KeepPart(ctx context.Context, p RoomPart) error {
	done, err := b.o.Pool.Exec(ctx, `INSERT INTO room_part (room_id, case_id, file, seq, at, content) SELECT $1, $2, $3, $4, $5, $6
		FROM casefile WHERE id = $2 AND state = 'notified' AND dossier->'room'->>'id' = $1::uuid::text AND dossier->'room' ? 'agreed_at' AND NOT dossier->'room' ? 'closed_at'`,
		p.Room, p.Case, p.File, p.Seq, p.At, p.Content)
	if err != nil {
		return fmt.Errorf("keep part %d of %s in room %s: %w", p.Seq, p.File, p.Room, err)
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("keep part %d of %s in room %s: %w", p.Seq, p.File, p.Room, ErrRoomClosed)
	}
	return nil
}

// roomKind is what evidence calls the recording of an inquiry.
const roomKind = "inquiry"

// roomDoc is data/incident.json of such a bundle; docs/formats/bundle.md names every field.
type roomDoc struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Case     string        `json:"case"`
	Number   string        `json:"number"`
	Party    string        `json:"party"`
	Officers []RoomOfficer `json:"officers"`
	Opened   time.Time     `json:"opened"`
	Agreed   time.Time     `json:"agreed"`
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to"`
	Closed   time.Time     `json:"closed"`
	Files    []string      `json:"files"`
}

// roomSummary travels with the bundle's material and comes back with its receipt.
type roomSummary struct {
	Kind   string    `json:"kind"`
	CaseID string    `json:"case_id"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
}

// RoomMaterial is what is sealed of an inquiry by video. One that was sealed already
// gives ErrNotFound.
func (b *Book) RoomMaterial(ctx context.Context, caseID, roomID string) (evidence.Material, error) {
	c, err := read(ctx, b.o.Pool, caseID, "")
	if err != nil {
		return evidence.Material{}, err
	}
	files, err := b.roomFiles(ctx, roomID)
	if err != nil {
		return evidence.Material{}, err
	}
	if c.D.Room.ID != roomID || len(files) == 0 {
		return evidence.Material{}, fmt.Errorf("read the recording of room %s: %w", roomID, ErrNotFound)
	}
	r := c.D.Room
	doc := roomDoc{ID: r.ID, Kind: roomKind, Case: c.ID, Number: c.Number, Party: c.D.Party.Name, Officers: c.inquiry().Officers,
		Opened: r.OpenedAt, Agreed: r.AgreedAt, From: r.From, To: r.To, Closed: r.ClosedAt}
	m := evidence.Material{ID: r.ID, Kind: roomKind, Camera: "room-" + c.ID, Raised: r.To, CameraDoc: json.RawMessage(`{"registered":null}`), Models: json.RawMessage("[]"), Files: files}
	for _, f := range files {
		doc.Files = append(doc.Files, f.Path)
	}
	if m.Incident, err = json.Marshal(doc); err == nil {
		m.Summary, err = json.Marshal(roomSummary{Kind: roomKind, CaseID: c.ID, First: r.From, Last: r.To})
	}
	if err != nil {
		return m, fmt.Errorf("describe the recording of room %s: %w", roomID, err)
	}
	return m, nil
}

// roomFiles joins the parts of each file.
func (b *Book) roomFiles(ctx context.Context, roomID string) ([]evidence.File, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT file, content FROM room_part WHERE room_id = $1 ORDER BY file, seq`, roomID)
	if err != nil {
		return nil, fmt.Errorf("read the recording of room %s: %w", roomID, err)
	}
	var files []evidence.File
	var name string
	var content []byte
	_, err = pgx.ForEachRow(rows, []any{&name, &content}, func() error {
		if n := len(files); n == 0 || files[n-1].Path != name {
			files = append(files, evidence.File{Path: name})
		}
		last := &files[len(files)-1]
		last.Data = append(last.Data, content...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the recording of room %s: %w", roomID, err)
	}
	return files, nil
}

// recordRoom makes a sealed recording known to its case and lets go of what it was
// sealed from. It is idempotent by bundle.
func (b *Book) recordRoom(ctx context.Context, r evidence.Receipt, raw json.RawMessage) error {
	var s roomSummary
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("record the inquiry of bundle %s: its summary cannot be read: %w", r.BundleID, err)
	}
	err := b.change(ctx, s.CaseID, 0, func(tx pgx.Tx, c *casefile) error {
		c.quiet = true
		receipt, err := json.Marshal(r)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO evidence (bundle, case_id, kind, camera_id, sealed_at, receipt, summary) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (bundle) DO NOTHING`,
			r.BundleID, c.ID, r.Kind, c.CameraID, r.SealedAt, receipt, []byte(raw))
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		if c.D.Room.ID == r.BundleID {
			c.D.Room.SealedAt, c.D.Room.Manifest = r.SealedAt, r.ManifestSHA256
		}
		if _, err := tx.Exec(ctx, `DELETE FROM room_part WHERE room_id = $1`, r.BundleID); err != nil {
			return err
		}
		return b.append(ctx, tx, c, b.now(), entry{event: "recording_sealed", from: c.State, to: c.State, role: flow.System, detail: sealedIn(r)})
	})
	if err != nil {
		return fmt.Errorf("record the inquiry of bundle %s: %w", r.BundleID, err)
	}
	return nil
}
