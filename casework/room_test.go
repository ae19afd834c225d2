package casework_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/evidence"
	"offsite/evidence/specimen"
)

// notified is a case whose party was told of the facts: an inquiry can be held.
func (h *house) notified() string {
	h.t.Helper()
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	h.must(h.DeliverAll(h.t.Context()))
	return id
}

func (h *house) inquiry(id string) casework.Inquiry {
	h.t.Helper()
	i, err := h.Inquiry(h.t.Context(), id)
	h.must(err)
	return i
}

// record keeps a piece of what a side sends.
func (h *house) tape(caseID, roomID, file string, seq int, content string) error {
	h.t.Helper()
	return h.KeepPart(h.t.Context(), casework.RoomPart{Room: roomID, Case: caseID, File: file, Seq: seq, At: h.clock.now(), Content: []byte(content)})
}

// From appointment to the confirmed record: nothing is recorded before the party has
// agreed, what is recorded is sealed whole, and the record names the seal.
func TestAnInquiryByVideoIsRecordedSealedAndConfirmed(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	h.must(h.Appointment(ctx, id, h.clock.now().Add(24*time.Hour), ""))
	h.clock.add(24 * time.Hour)
	refused(t, h.do("o3", id, "open_room", nil), flow.Forbidden, "第四十二条")
	_, err := h.Seat(ctx, nil, id)
	refused(t, err, flow.Unlawful, "第五十五条")
	h.must(h.do("o1", id, "open_room", nil))
	h.must(h.DeliverAll(ctx))
	if sent := h.sent("13800000001"); !strings.Contains(sent[len(sent)-1].Text, "视频询问室") {
		t.Errorf("the party was not called: %+v", sent)
	}
	o1, o3 := h.staff["o1"], h.staff["o3"]
	room, err := h.Seat(ctx, &o1, id)
	h.must(err)
	_, err = h.Seat(ctx, &o3, id)
	refused(t, err, flow.Forbidden, "第四十二条")
	_, err = h.Seat(ctx, nil, id)
	refused(t, err, flow.Unlawful, "第二十九条")
	if err := h.tape(id, room, "officer-1.webm", 1, "x"); !errors.Is(err, casework.ErrRoomClosed) {
		t.Fatalf("recorded without the party's consent: %v", err)
	}
	refused(t, h.do("o1", id, "inquire", fields{"text": "问：是否知晓？\n答：知晓。"}), flow.Unlawful, "第四十七条")

	refused(t, h.do("o3", id, "attend", nil), flow.Forbidden, "第四十二条")
	h.must(h.Attend(ctx, o1, id)) // who enters is there
	h.must(h.Attend(ctx, o1, id))
	refused(t, h.do("o1", id, "attend", nil), flow.Unlawful, "第四十二条") // for the other, nobody can say it
	h.must(h.do("o2", id, "attend", nil))
	h.must(h.AgreeRecording(ctx, id, true, casework.Visit{Address: "10.0.0.1"}))
	refused(t, h.AgreeRecording(ctx, id, true, casework.Visit{}), flow.Unlawful, "第二十九条")
	if seat, err := h.Seat(ctx, nil, id); err != nil || seat != room {
		t.Fatalf("the party's seat is %q, %v", seat, err)
	}
	for seq, piece := range []string{"ab", "cd", "ef"} {
		h.must(h.tape(id, room, "party-1.webm", seq+1, piece))
		h.clock.add(2 * time.Second)
	}
	h.must(h.tape(id, room, "officer-1.webm", 1, "gh"))
	h.must(h.do("o2", id, "close_room", nil))
	if err := h.tape(id, room, "party-1.webm", 4, "late"); !errors.Is(err, casework.ErrRoomClosed) {
		t.Fatalf("recorded after the end: %v", err)
	}
	refused(t, h.do("o1", id, "open_room", nil), flow.Unlawful, "第四十七条") // not before the first is sealed
	refused(t, h.do("o1", id, "inquire", fields{"text": "问：是否知晓？\n答：知晓。"}), flow.Unlawful, "第四十七条")

	h.sealRoom(id, room)
	h.must(h.do("o1", id, "inquire", fields{"text": "问：是否知晓？\n答：知晓。"}))
	i := h.inquiry(id)
	if i.State != "sealed" || i.Bundle != room || i.Record == nil || i.Record.ConfirmedAt != nil || len(i.Officers) != 2 || i.Officers[0].PresentAt == nil || i.Officers[1].PresentAt == nil {
		t.Fatalf("the inquiry stands at %+v", i)
	}
	h.takesItsOwnAlong(id, room)
	h.must(h.ConfirmInquiry(ctx, id, "摊位是邻居的", casework.Visit{}))
	refused(t, h.ConfirmInquiry(ctx, id, "", casework.Visit{}), flow.Unlawful, "第五十五条")
	if r := h.inquiry(id).Record; r.ConfirmedAt == nil || r.Correction != "摊位是邻居的" {
		t.Errorf("the record stands at %+v", r)
	}
	c := h.file(id)
	if last := c.Record[len(c.Record)-1]; last.Event != "confirm_inquiry" || last.Role != "party" {
		t.Errorf("the process record ends with %+v", last)
	}
	h.must(h.CheckRecord(ctx, id))
}

// takesItsOwnAlong: the party may have its own side of the recording, with size and digest
// as sealed; the officers' side and other cases' recordings it may not, and no copy with
// people covered is made of either.
func (h *house) takesItsOwnAlong(id, room string) {
	h.t.Helper()
	ctx := h.t.Context()
	list, err := h.PortalRecordings(ctx, id)
	h.must(err)
	if want := (casework.PortalRecording{Bundle: room, File: "party-1.webm", SealedAt: h.clock.now(), Size: 6, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("abcdef")))}); len(list) != 1 || list[0] != want {
		h.t.Fatalf("the party may have %+v, want %+v", list, want)
	}
	r, path, err := h.PortalRecording(ctx, id, room, "party-1.webm")
	if err != nil || r.BundleID != room || path != "data/party-1.webm" {
		h.t.Errorf("it lies at %q of %s: %v", path, r.BundleID, err)
	}
	otherZone := "0198c000-0000-7000-8000-00000000020e"
	other := h.find(func(s *casework.Summary) { s.ZoneID, s.ObjectID = otherZone, "" })
	for _, one := range [][3]string{{id, room, "officer-1.webm"}, {id, room, "incident.json"}, {id, id, "clip.mp4"}, {other, room, "party-1.webm"}} {
		if _, _, err := h.PortalRecording(ctx, one[0], one[1], one[2]); !errors.Is(err, casework.ErrNotFound) {
			h.t.Errorf("the party of %s gets %s of %s: %v", one[0], one[2], one[1], err)
		}
	}
	parents, err := h.Unredacted(ctx, id)
	h.must(err)
	for _, p := range parents {
		if p.BundleID == room {
			h.t.Error("a covered copy of the recording would be made")
		}
	}
}

// One officer alone holds no inquiry: what was recorded stays sealed, and no record is made
// of it. Held again with both, it is; an officer who came into the case later was not there.
func TestOneOfficerAloneMakesNoRecord(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	inquire := func() error {
		return h.do("o1", id, "inquire", fields{"text": "问：是否知晓？\n答：知晓。"})
	}
	hold := func(present ...string) string {
		h.must(h.do("o1", id, "open_room", nil))
		for _, name := range present {
			h.must(h.Attend(ctx, h.staff[name], id))
		}
		o1 := h.staff["o1"]
		room, err := h.Seat(ctx, &o1, id)
		h.must(err)
		h.must(h.AgreeRecording(ctx, id, true, casework.Visit{}))
		h.must(h.tape(id, room, "party-1.webm", 1, "abcdef"))
		h.must(h.tape(id, room, "officer-1.webm", 1, "gh"))
		h.must(h.do("o1", id, "close_room", nil))
		h.sealRoom(id, room)
		return room
	}
	first := hold("o1")
	refused(t, inquire(), flow.Unlawful, "第四十二条")
	refused(t, h.ConfirmInquiry(ctx, id, "", casework.Visit{}), flow.Unlawful, "第五十五条")
	refused(t, h.do("o2", id, "attend", nil), flow.Unlawful, "第五十五条") // not afterwards
	h.clock.add(time.Hour)
	if second := hold("o1", "o2"); second == first {
		t.Fatal("the same room")
	}
	h.must(h.do("head", id, "reassign", fields{"officers": h.officers("o1", "o3"), "reason": "回避"}))
	refused(t, inquire(), flow.Unlawful, "第四十二条") // the record would name o3
	h.clock.add(time.Hour)
	hold("o1", "o3")
	h.must(inquire())
	h.must(h.ConfirmInquiry(ctx, id, "", casework.Visit{}))
	h.must(h.CheckRecord(ctx, id))
}

// sealRoom does what the process that seals evidence does, twice, as after a crash.
func (h *house) sealRoom(id, room string) {
	h.t.Helper()
	ctx := h.t.Context()
	var jobs int
	h.must(h.pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = 'seal_room' AND queue = 'watch' AND args->>'room_id' = $1`, room).Scan(&jobs))
	if jobs != 1 {
		h.t.Fatalf("%d jobs ask for the seal", jobs)
	}
	m, err := h.RoomMaterial(ctx, id, room)
	h.must(err)
	specimen.Fits(h.t, "inquiry", m.Incident)
	specimen.Fits(h.t, "camera", m.CameraDoc)
	files := map[string]string{}
	for _, f := range m.Files {
		files[f.Path] = string(f.Data)
	}
	if m.ID != room || m.Kind != "inquiry" || files["party-1.webm"] != "abcdef" || files["officer-1.webm"] != "gh" {
		h.t.Fatalf("what is sealed: %s %s %v", m.ID, m.Kind, files)
	}
	r := evidence.Receipt{BundleID: m.ID, Kind: m.Kind, Camera: m.Camera, ManifestSHA256: fmt.Sprintf("%064x", 7), SealedAt: h.clock.now()}
	for _, f := range m.Files {
		r.Files = append(r.Files, evidence.Entry{Path: "data/" + f.Path, SizeBytes: int64(len(f.Data)), SHA256: fmt.Sprintf("%x", sha256.Sum256(f.Data))})
	}
	for range 2 {
		h.must(h.RecordEvidence(ctx, r, m.Summary))
	}
	if _, err := h.RoomMaterial(ctx, id, room); !errors.Is(err, casework.ErrNotFound) {
		h.t.Errorf("what was sealed is still here: %v", err)
	}
	if e := h.file(id).Evidence; e[len(e)-1].Bundle != room || e[len(e)-1].Kind != "inquiry" {
		h.t.Errorf("the case's evidence is %+v", e)
	}
}

// Without the party's consent there is no recording and no inquiry; other ways stay open
// (Personal Information Protection Law art. 16).
func TestARefusedRecordingEndsTheInquiry(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	h.must(h.do("o1", id, "open_room", nil))
	h.must(h.AgreeRecording(ctx, id, false, casework.Visit{}))
	_, err := h.Seat(ctx, nil, id)
	refused(t, err, flow.Unlawful, "第五十五条")
	if i := h.inquiry(id); i.State != "ended" || i.Recorded {
		t.Errorf("the inquiry stands at %+v", i)
	}
	h.must(h.Statement(ctx, id, "我书面说明"))
	h.must(h.do("o1", id, "open_room", nil)) // the party may think again
	h.must(h.do("o1", id, "investigated", fields{"facts": "设摊。", "conclusion": "清楚。"}))
	if i := h.inquiry(id); i.State != "ended" {
		t.Errorf("the case has gone on, the room stands at %s", i.State)
	}
}

var sixDigits = regexp.MustCompile(`验证码 (\d{6})`)

// A link alone does not open the room: the code goes to the party's telephone, is good
// once, for a while, for one session, and cannot be guessed.
func TestThePortalsSecondFactor(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	token := path.Base(h.file(id).PortalURL)
	mine, err := h.PortalSession(ctx, token, "", casework.Visit{})
	h.must(err)
	other, err := h.PortalSession(ctx, token, "", casework.Visit{})
	h.must(err)
	proved := func(l casework.PortalLogin) bool {
		ok, err := h.Proved(ctx, l.Cookie)
		h.must(err)
		return ok
	}
	ask := func() string {
		phone, err := h.SendCode(ctx, id)
		h.must(err)
		h.must(h.DeliverAll(ctx))
		sent := h.sent("13800000001")
		found := sixDigits.FindStringSubmatch(sent[len(sent)-1].Text)
		if phone != "138****0001" || found == nil {
			t.Fatalf("to %s: %+v", phone, sent)
		}
		return found[1]
	}
	wrong := func(code string) string { return code[:5] + string('0'+(code[5]-'0'+1)%10) }
	refused(t, h.Prove(ctx, mine.Cookie, "000000", casework.Visit{}), flow.Invalid, "")
	code := ask()
	_, err = h.SendCode(ctx, id)
	refused(t, err, flow.Invalid, "") // once a minute
	refused(t, h.Prove(ctx, mine.Cookie, wrong(code), casework.Visit{}), flow.Invalid, "")
	h.must(h.Prove(ctx, mine.Cookie, code, casework.Visit{}))
	refused(t, h.Prove(ctx, other.Cookie, code, casework.Visit{}), flow.Invalid, "") // good once
	if !proved(mine) || proved(other) {
		t.Error("the wrong session is proved")
	}
	for _, again := range []struct {
		why, before string
		want        bool
	}{
		{"the browser that proved opens the link again", mine.Cookie, true},
		{"one that did not", other.Cookie, false},
		{"one with a cookie of nothing", "0123", false},
	} {
		l, err := h.PortalSession(ctx, token, again.before, casework.Visit{})
		h.must(err)
		if proved(l) != again.want {
			t.Errorf("%s: proved %v", again.why, !again.want)
		}
	}
	h.clock.add(2*time.Hour + time.Second)
	if proved(mine) {
		t.Error("it lasts for ever")
	}
	code = ask()
	h.clock.add(10*time.Minute + time.Second)
	refused(t, h.Prove(ctx, mine.Cookie, code, casework.Visit{}), flow.Invalid, "")
	code = ask()
	for range 5 {
		refused(t, h.Prove(ctx, mine.Cookie, wrong(code), casework.Visit{}), flow.Invalid, "")
	}
	refused(t, h.Prove(ctx, mine.Cookie, code, casework.Visit{}), flow.Invalid, "") // guessed too often
	for range 7 {
		h.clock.add(time.Minute)
		ask()
	}
	h.clock.add(time.Minute)
	_, err = h.SendCode(ctx, id)
	refused(t, err, flow.Invalid, "") // ten a day
	h.clock.add(24 * time.Hour)
	ask()
}
