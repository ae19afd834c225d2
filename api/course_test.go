package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/api"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/desk"
	"offsite/casework/payment"
	"offsite/casework/remind"
	"offsite/detectors"
	"offsite/evidence"
	"offsite/evidence/detached"
	"offsite/registry"
	"offsite/registry/account"
	sms "offsite/sandbox/message"
	treasury "offsite/sandbox/payment"
	gateways "offsite/sandbox/wire"
)

// course is a bureau whose cases go their whole way by HTTP: with the payment provider and
// the message gateway played by the sandbox, and a clock of casework's own.
type course struct {
	*house

	mu       sync.Mutex
	at       time.Time
	messages string // the gateway's address
	camera   registry.Camera
	zone     detectors.Zone
	shop     registry.Object
	staff    map[string]*person
	ids      map[string]string
	detector string
	values   map[string]float64
	owner    registry.Party
}

var sharedKey = []byte("a key that tests share")

func (c *course) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *course) later(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

func openCourse(t *testing.T, change ...func(*course)) *course {
	t.Helper()
	c := &course{at: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC), staff: map[string]*person{}, ids: map[string]string{}, // a Tuesday morning
		detector: "stall", values: map[string]float64{"dwell_s": 100},
		owner: registry.Party{Kind: "person", Name: "张三", Identity: "11010519491231002X", Phone: "13800000001", Address: "八一路100号"}}
	for _, f := range change {
		f(c)
	}
	front, provider := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	here := "http://" + front.Listener.Addr().String()
	gateway, err := sms.New(sms.Options{Dir: t.TempDir(), Key: sharedKey, Now: c.now})
	must(t, err)
	messages := httptest.NewServer(gateway.Handler())
	bank, err := treasury.New(treasury.Options{Dir: t.TempDir(), Key: sharedKey, PublicURL: "http://" + provider.Listener.Addr().String(), Now: c.now})
	must(t, err)
	provider.Config.Handler = bank.Handler()
	provider.Start()
	must(t, gateway.Start(t.Context()))
	must(t, bank.Start(t.Context()))
	t.Cleanup(func() { gateway.Stop(); bank.Stop(); messages.Close(); provider.Close() })
	c.messages = messages.URL
	pay, err := payment.New(gateways.Gateway{URL: provider.URL, Key: sharedKey, Now: c.now})
	must(t, err)
	tell, err := remind.New(gateways.Gateway{URL: messages.URL, Key: sharedKey, Now: c.now}, here+casework.MessageCallbackPath)
	must(t, err)
	c.house = openBook(t, func(o *casework.Options) { o.Payment, o.Messenger, o.PublicURL, o.Now = pay, tell, here, c.now },
		func(o *api.Options) { o.Rooms, o.Vault = &doors{}, reel{} })
	front.Config.Handler = overheard(c.api.Handler())
	front.Start()
	t.Cleanup(front.Close)
	c.url = front.URL
	c.furnish()
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// overheard keeps what gateways call back with as examples.
func overheard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != casework.PaymentCallbackPath && r.URL.Path != casework.MessageCallbackPath {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		seenAnswer(r.Method, r.URL.Path, string(body), &http.Response{StatusCode: answer.Code, Header: answer.Header()}, nil)
		w.WriteHeader(answer.Code)
	})
}

// furnish registers a camera before a shop, its owner, and the people.
func (c *course) furnish() {
	t, ctx := c.t, c.t.Context()
	t.Helper()
	published := "2026-01-05"
	var err error
	c.camera, err = c.registry.CreateCamera(ctx, "test", registry.CameraDraft{URL: "rtsp://127.0.0.1:8554/one",
		CameraChange: registry.CameraChange{Name: "八一路1号", Place: "八一路100号前", LegalReviewNo: "法审2026-1", TechnicalReviewNo: "技审2026-1", PublishedOn: &published}})
	must(t, err)
	party, err := c.registry.SaveParty(ctx, "test", c.owner)
	must(t, err)
	c.shop, err = c.registry.SaveObject(ctx, "test", registry.Object{Kind: "shop", Name: "张记水果店", Address: "八一路100号", Business: "水果", PartyID: party.ID})
	must(t, err)
	c.zone, err = c.registry.SaveZone(ctx, "test", detectors.Zone{Camera: c.camera.ID, Detector: c.detector, NameZH: "店前", NameEN: "before the shop", Object: c.shop.ID,
		Polygon: detectors.Polygon{{X: 0.1, Y: 0.1}, {X: 0.9, Y: 0.1}, {X: 0.9, Y: 0.9}, {X: 0.1, Y: 0.9}}})
	must(t, err)
	for name, role := range map[string]string{"first": "reviewer", "second": "reviewer", "one": "officer", "two": "officer", "jurist": "legal", "chief": "head"} {
		c.staff[name] = c.member(name, account.Reach{}, role)
	}
	rows, err := c.pool.Query(ctx, `SELECT username, id::text FROM account`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var name, id string
		must(t, rows.Scan(&name, &id))
		c.ids[name] = id
	}
	must(t, rows.Err())
}

// bundle records a sealed bundle of the zone, as evidence hands it over.
func (c *course) bundle(id, kind, caseID string) {
	c.t.Helper()
	now := c.now()
	s := casework.Summary{IncidentID: id, Kind: kind, CaseID: caseID, Present: caseID != "", Detector: c.detector, CameraID: c.camera.ID, ZoneID: c.zone.ID, ZoneVersion: c.zone.Version, ObjectID: c.shop.ID,
		First: now.Add(-2 * time.Minute), Last: now.Add(-10 * time.Second), Raised: now.Add(-20 * time.Second),
		Why: casework.Text{ZH: "有人在店前设摊已停留100秒，超过规定的60秒", EN: "A stall has stood for 100 s, more than the 60 s allowed"}, Values: c.values, Rule: c.detector + "/1",
		Stills: []casework.SummaryStill{{Name: "0001", Role: "before", At: now.Add(-3 * time.Minute)}, {Name: "0002", Role: "raised", At: now.Add(-20 * time.Second)}},
		Models: []casework.Model{{Name: "objects", Version: "1", SHA256: "ab"}}, Stream: casework.Stream{Codec: "h264", Width: 1280, Height: 720, FPS: 25, GOPMS: 2000},
		ClipFrom: now.Add(-30 * time.Second), ClipTo: now}
	r := evidence.Receipt{BundleID: id, Kind: kind, Camera: c.camera.ID, Bucket: "evidence", Key: "2026/11/" + id + "/bundle.tar", VersionID: "v1", SizeBytes: 1000, ManifestSHA256: strings.Repeat("01", 32),
		SealKeyID: "k1", SealedAt: now, TimestampAt: now, RetainUntil: now.AddDate(0, 0, 30), Files: []evidence.Entry{{Path: "data/clip.mp4", SizeBytes: 10}, {Path: "data/incident.json", SizeBytes: 5}}}
	raw, err := json.Marshal(s)
	must(c.t, err)
	must(c.t, c.book.RecordEvidence(c.t.Context(), r, raw))
}

// reviewed takes finding n through both reviews.
func (c *course) reviewed(n int) (id string) {
	c.t.Helper()
	id = fmt.Sprintf("0198c000-0000-7000-8000-0000000000%02x", n)
	c.bundle(id, "incident", "")
	c.wants(http.StatusNoContent, c.staff["first"].do("POST", "/findings/"+id+"/confirm", wire.Note{Note: "店主在场"}, `If-Match: "1"`))
	c.deliver()
	c.later(16 * time.Minute)
	c.bundle(fmt.Sprintf("0198c000-0000-7000-8000-0000000001%02x", n), "recheck", id)
	var f casework.Finding
	c.staff["second"].do("GET", "/findings/"+id, nil).into(c.t, &f)
	ticks := wire.Verification{Ticks: casework.Ticks{True: true, Clear: true, Complete: true, Accurate: true}}
	c.wants(http.StatusNoContent, c.staff["second"].do("POST", "/findings/"+id+"/verify", ticks, fmt.Sprintf("If-Match: %q", fmt.Sprint(f.Version))))
	return id
}

// proposed takes finding n to the notice of a fine, in fen.
func (c *course) proposed(n int, fen int64) (id string) {
	c.t.Helper()
	id = c.reviewed(n)
	c.step("chief", id, "file", map[string]any{"officers": []any{c.ids["one"], c.ids["two"]}})
	c.step("one", id, "notify", nil)
	c.step("one", id, "investigated", map[string]any{"facts": "违法事实。", "conclusion": "违法事实清楚，证据确凿。"})
	c.step("two", id, "propose", map[string]any{"fine_fen": fen, "reason": "初次违法，情节一般。"})
	c.deliver()
	return id
}

func (c *course) wants(status int, r reply) {
	c.t.Helper()
	if r.status != status {
		c.t.Fatal(r)
	}
}

// deliver sends the messages that wait.
func (c *course) deliver() {
	c.t.Helper()
	ctx := c.t.Context()
	rows, err := c.pool.Query(ctx, `SELECT id::text FROM message WHERE state = 'waiting' ORDER BY created_at`)
	must(c.t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(c.t, err)
	for _, id := range ids {
		args, err := json.Marshal(casework.MessageArgs{MessageID: id})
		must(c.t, err)
		must(c.t, c.book.Work(ctx, casework.MessageArgs{}.Kind(), args))
	}
}

func (c *course) file(id string) (f casework.CaseFile) {
	c.t.Helper()
	c.staff["one"].do("GET", "/cases/"+id, nil).into(c.t, &f)
	return f
}

// step takes a step of a case as somebody.
func (c *course) step(who, id, event string, fields map[string]any) {
	c.t.Helper()
	if fields == nil {
		fields = map[string]any{}
	}
	r := c.staff[who].do("POST", "/cases/"+id+"/events/"+event, fields, fmt.Sprintf("If-Match: %q", fmt.Sprint(c.file(id).Version)))
	if r.status != http.StatusNoContent {
		c.t.Fatalf("%s: %s", event, r)
	}
}

// undated hears of no end of cookies: casework's clock is not the browser's.
type undated struct{}

func (undated) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	for i, cookie := range res.Header["Set-Cookie"] {
		res.Header["Set-Cookie"][i], _, _ = strings.Cut(cookie, "; Expires")
	}
	return res, nil
}

// party is whom a case is against, with the case's link.
func (c *course) party(id string) *person {
	c.t.Helper()
	p := c.stranger()
	p.http.Transport = undated{}
	var s wire.PortalSession
	p.do("POST", "/portal/session", wire.PortalOpen{Token: path.Base(c.file(id).PortalURL)}).into(c.t, &s)
	p.csrf = s.CSRF
	return p
}

// onlyProved tries by the link alone what binds the party, then shows its telephone.
func (c *course) onlyProved(party *person) {
	c.t.Helper()
	for path, body := range map[string]any{
		"/portal/statement": wire.PortalStatement{Text: "不是我的"}, "/portal/consent": wire.PortalConsent{Phone: "13900000009", Signature: dot},
		"/portal/waive": map[string]any{}, "/portal/deferral": wire.PortalDeferral{Until: c.now().AddDate(0, 2, 0), Reason: "住院"},
		"/portal/instalments": wire.PortalInstalments{Parts: 2, First: c.now().AddDate(0, 1, 0), Reason: "困难"}, "/portal/full-copy": wire.PortalReason{Reason: "核对"},
	} {
		if r := party.do("POST", path, body); r.status != http.StatusForbidden || !strings.Contains(r.String(), problem.SecondFactor) {
			c.t.Errorf("%s by the link alone: %s", path, r)
		}
	}
	c.prove(party)
}

// prove shows the party's telephone, by the code that it is sent.
func (c *course) prove(party *person) {
	c.t.Helper()
	c.wants(http.StatusOK, party.do("POST", "/portal/code", map[string]any{}))
	c.deliver()
	c.wants(http.StatusNoContent, party.do("POST", "/portal/code/check", wire.PortalCode{Code: c.code()}))
}

var sixDigits = regexp.MustCompile(`验证码 (\d{6})`)

// code is the one that the party was sent last.
func (c *course) code() string {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.messages+"/messages?to=13800000001", nil)
	must(c.t, err)
	gateways.Sign(sharedKey, r, nil, c.now())
	res, err := http.DefaultClient.Do(r)
	must(c.t, err)
	defer res.Body.Close()
	var sent []gateways.Message
	must(c.t, json.NewDecoder(res.Body).Decode(&sent))
	found := sixDigits.FindStringSubmatch(sent[len(sent)-1].Text)
	if found == nil {
		c.t.Fatalf("no code was sent: %+v", sent)
	}
	return found[1]
}

const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// A case by HTTP alone: found, reviewed twice, filed, told, proposed, decided, served,
// paid, published, archived; the party and both gateways have their say on the way.
func TestACaseGoesItsWholeWay(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 300_00)
	c.wants(http.StatusCreated, c.staff["one"].do("POST", "/cases/"+id+"/notes", desk.NoteDraft{Text: "店主下周来局"}))
	party := c.party(id)
	c.onlyProved(party)
	for _, what := range []struct {
		path string
		body any
	}{{"/portal/statement", wire.PortalStatement{Text: "家庭困难，已经改正。", Papers: []string{strings.TrimPrefix(dot, "data:image/png;base64,")}}}, {"/portal/consent", wire.PortalConsent{Phone: "13800000001", Signature: dot}}} {
		c.wants(http.StatusNoContent, party.do("POST", what.path, what.body))
	}
	if r := party.do("POST", "/portal/hearing", wire.PortalReason{Reason: "数额过高"}); r.status != http.StatusUnprocessableEntity && r.status != http.StatusConflict {
		t.Errorf("a hearing about a small fine: %s", r)
	}
	c.step("two", id, "answer", map[string]any{"text": "经复核，情况属实，部分采纳。"})
	c.step("two", id, "revise", map[string]any{"fine_fen": 200_00, "reason": "主动改正"})
	c.wants(http.StatusNoContent, party.do("POST", "/portal/waive", map[string]any{}))
	c.step("chief", id, "decide", nil)
	c.step("one", id, "serve", map[string]any{"method": "electronic"})
	c.deliver()
	c.wants(http.StatusNoContent, party.do("POST", "/portal/deferral", wire.PortalDeferral{Until: c.now().AddDate(0, 2, 0), Reason: "住院"}))
	c.wants(http.StatusNoContent, party.do("POST", "/portal/instalments", wire.PortalInstalments{Parts: 2, First: c.now().AddDate(0, 1, 0), Reason: "只能按月缴纳"}))
	var page casework.PortalCase
	party.do("GET", "/portal/case", nil).into(t, &page)
	if page.FineFen != 200_00 || !page.Consented {
		t.Errorf("the party's page: %+v", page)
	}
	var order wire.PortalPayment
	r := party.do("POST", "/portal/payment", map[string]any{})
	r.into(t, &order)
	if r.status != http.StatusOK || !strings.HasPrefix(order.PayURL, "http") {
		t.Fatal(r)
	}
	c.pay(order.PayURL)
	c.step("chief", id, "archived", nil)
	sent := c.file(id).Statements[0].Papers[0]
	paper := c.staff["one"].do("GET", "/cases/"+id+"/papers/"+sent.ID, nil)
	if paper.status != http.StatusOK || paper.header.Get("Content-Type") != sent.Type || paper.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("what the party sent along: %s", paper)
	}
	f := c.file(id)
	if f.State != "archived" || f.PaidFen != 200_00 {
		t.Errorf("the file stands at %s, %d fen are paid", f.State, f.PaidFen)
	}
	for _, d := range f.Documents {
		if r := c.stranger().do("GET", "/public/documents/"+d.Code, nil); r.status != http.StatusOK || !strings.Contains(r.String(), d.SHA256) {
			t.Errorf("the code of %s: %s", d.Number, r)
		}
		r := c.stranger().do("GET", "/public/documents/"+d.Code+"/seal", nil)
		if s, err := detached.Parse(r.body); err != nil || r.status != http.StatusOK || s.Statement.SHA256 != d.SHA256 || !strings.Contains(r.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the seal of %s: %v %s", d.Number, err, r)
		}
	}
	if r := c.stranger().do("GET", "/public/documents/NOSUCH/seal", nil); r.status != http.StatusNotFound {
		t.Errorf("the seal of nothing: %s", r)
	}
	c.published(id)
}

// pay presses the button of the provider's page; when it returns, the first callback was
// tried.
func (c *course) pay(page string) {
	c.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Post(page+"/pay", "application/x-www-form-urlencoded", nil)
	must(c.t, err)
	must(c.t, res.Body.Close())
}

// published has what the public sees of a decision looked at.
func (c *course) published(id string) {
	c.t.Helper()
	c.later(24 * time.Hour)
	_, err := c.book.Sweep(c.t.Context())
	must(c.t, err)
	if r := c.stranger().do("GET", "/public/decisions", nil); strings.Contains(r.String(), "张三") || !strings.Contains(r.String(), "张") {
		c.t.Errorf("the public sees %s", r)
	}
	c.wants(http.StatusNoContent, c.staff["jurist"].do("POST", "/publications/"+id+"/check", wire.PublicationCheckDraft{Sound: true, Reason: "已隐去姓名"}))
}

// What is wrong is rejected at the first review; a big fine of a unit is heard if it asks.
func TestAFindingIsRejectedAndARoomIsHeld(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	wrong := "0198c000-0000-7000-8000-0000000000f0"
	c.bundle(wrong, "incident", "")
	c.wants(http.StatusNoContent, c.staff["first"].do("POST", "/findings/"+wrong+"/reject", wire.Reason{Reason: "系行人短暂停留"}, `If-Match: "1"`))

	c.later(time.Hour)
	id := c.reviewed(2)
	c.step("chief", id, "file", map[string]any{"officers": []any{c.ids["one"], c.ids["two"]}})
	c.step("one", id, "notify", nil)
	c.deliver()
	party := c.party(id)
	c.wants(http.StatusNoContent, party.do("POST", "/portal/appointment", wire.PortalAppointment{At: c.now().Add(24 * time.Hour), Note: "请在上午"}))
	c.later(24 * time.Hour)
	party = c.party(id) // sessions are short
	c.step("one", id, "open_room", nil)
	if r := party.do("POST", "/portal/inquiry/agreement", wire.PortalAgreement{Agree: true}); r.status != http.StatusForbidden {
		t.Errorf("agreed by whoever has the link: %s", r)
	}
	c.prove(party)
	c.wants(http.StatusNoContent, party.do("POST", "/portal/inquiry/agreement", wire.PortalAgreement{Agree: true}))
	c.wants(http.StatusOK, party.do("POST", "/portal/inquiry/join", wire.SessionDescription{SDP: "v=0"}))
	for _, officer := range []string{"one", "two"} {
		c.step(officer, id, "attend", nil)
	}
	c.recorded(id)
	c.step("one", id, "inquire", map[string]any{"text": "问：是否知晓？\n答：知晓。"})
	var inquiry wire.PortalInquiry
	party.do("GET", "/portal/inquiry", nil).into(t, &inquiry)
	if inquiry.Inquiry.State != "sealed" || inquiry.Inquiry.Record == nil || !inquiry.Proved {
		t.Fatalf("the inquiry stands at %+v", inquiry)
	}
	c.wants(http.StatusNoContent, party.do("POST", "/portal/inquiry/confirmation", wire.PortalCorrection{Text: "摊位是邻居的"}))
	c.ownSide(party, id, inquiry.Recordings)
}

// ownSide has the party take its side of the recording along: whoever has the link alone
// does not get it, nobody the officers', and who took it is kept.
func (c *course) ownSide(party *person, id string, list []casework.PortalRecording) {
	c.t.Helper()
	if len(list) != 1 || list[0].File != "party-1.webm" {
		c.t.Fatalf("the party may have %+v", list)
	}
	at := "/portal/inquiry/recordings/" + list[0].Bundle + "/"
	if r := party.do("GET", at+"party-1.webm", nil); r.status != http.StatusOK || r.String() == "" || fmt.Sprintf("%x", sha256.Sum256(r.body)) != list[0].SHA256 || r.header.Get("Content-Type") != "video/webm" {
		c.t.Errorf("its own side: %s", r)
	}
	c.wants(http.StatusNotFound, party.do("GET", at+"officer-1.webm", nil))
	c.wants(http.StatusForbidden, c.party(id).do("GET", at+"party-1.webm", nil))
	var views int
	must(c.t, c.pool.QueryRow(c.t.Context(), `SELECT count(*) FROM access_record WHERE subject = $1 AND file = 'data/party-1.webm' AND by_whom = '当事人' AND reason LIKE '%' || $2`, list[0].Bundle, id).Scan(&views))
	if views != 1 {
		c.t.Errorf("%d views are kept, want one", views)
	}
}

// recorded plays the room's recording and its seal.
func (c *course) recorded(id string) {
	c.t.Helper()
	ctx := c.t.Context()
	var room string
	must(c.t, c.pool.QueryRow(ctx, `SELECT dossier->'room'->>'id' FROM casefile WHERE id = $1`, id).Scan(&room))
	for _, file := range []string{"party-1.webm", "officer-1.webm"} {
		must(c.t, c.book.KeepPart(ctx, casework.RoomPart{Room: room, Case: id, File: file, Seq: 1, At: c.now(), Content: []byte(film)}))
	}
	c.step("two", id, "close_room", nil)
	m, err := c.book.RoomMaterial(ctx, id, room)
	must(c.t, err)
	r := evidence.Receipt{BundleID: m.ID, Kind: m.Kind, Camera: m.Camera, ManifestSHA256: strings.Repeat("07", 32), SealedAt: c.now()}
	for _, f := range m.Files {
		r.Files = append(r.Files, evidence.Entry{Path: "data/" + f.Path, SizeBytes: int64(len(f.Data)), SHA256: fmt.Sprintf("%x", sha256.Sum256(f.Data))})
	}
	must(c.t, c.book.RecordEvidence(ctx, r, m.Summary))
}

// reel is a store whose files are all the same recording.
type reel struct{ vectors }

const film = "webm"

func (reel) OpenEntry(_ context.Context, _ evidence.Receipt, path string) (io.ReadSeekCloser, evidence.Entry, error) {
	return seekable{bytes.NewReader([]byte(film))}, evidence.Entry{Path: path, SizeBytes: int64(len(film)), SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(film)))}, nil
}

// A hearing is asked for where the law grants one: of a unit, about a big fine. (In June
// 2026, before the Ecological Environment Code, whose figures the bureau has yet to enter.)
func TestAUnitAsksForAHearing(t *testing.T) {
	t.Parallel()
	c := openCourse(t, func(c *course) {
		c.at, c.detector, c.values = time.Date(2026, 6, 2, 2, 0, 0, 0, time.UTC), "soil", map[string]float64{"area_m2": 3500}
		c.owner = registry.Party{Kind: "unit", Name: "某建设有限公司", Phone: "13800000003", Address: "工地路1号"}
	})
	id := c.proposed(3, 52_000_00)
	party := c.party(id)
	c.wants(http.StatusNoContent, party.do("POST", "/portal/hearing", wire.PortalReason{Reason: "数额过高"}))
	if f := c.file(id); f.State != "hearing" {
		t.Errorf("the case stands at %s", f.State)
	}
}
