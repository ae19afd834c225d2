package push_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/api/guard"
	"offsite/exchange/push"
	"offsite/registry"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	officer  = "0198c000-0000-7000-8000-00000000000a"
	reviewer = "0198c000-0000-7000-8000-00000000000b"
	operator = "0198c000-0000-7000-8000-00000000000c"
	sender   = "https://enforcement.example"
)

// house is a bell over a database of its own, with a clock, and three people.
type house struct {
	*push.Bell
	t    *testing.T
	pool *pgxpool.Pool
	mu   sync.Mutex
	at   time.Time
}

func (h *house) now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.at }

func (h *house) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.at = h.at.Add(d) }

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, pool: storetest.Open(t), at: time.Now().UTC().Truncate(time.Second)}
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	must(t, err)
	outward, err := guard.NewOutward([]string{"127.0.0.0/8"})
	must(t, err)
	h.Bell = push.New(push.Options{Pool: h.pool, Secrets: secrets, CheckURL: outward.Check, Control: outward.Control, Sender: sender, Now: h.now})
	for id, role := range map[string]string{officer: "officer", reviewer: "reviewer", operator: "operator"} {
		h.exec(`INSERT INTO account (id, username, name, roles, must_change_password, password, created_at, changed_at) VALUES ($1, $2, $2, ARRAY[$2], false, 'x', now(), now())`, id, role)
	}
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.pool.Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) sweep() {
	h.t.Helper()
	must(h.t, h.Sweep(h.t.Context()))
}

// found puts a finding into a township.
func (h *house) found(id, township string) {
	h.t.Helper()
	h.exec(`INSERT INTO casefile (id, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, dossier, township)
		VALUES ($1, 'found', 1, 'stall', 'stall', $1, $1, $2, $2, $2, $2, $2, '{}', $3)`, id, h.now(), township)
}

// browser is a push service together with the one browser that it serves.
type browser struct {
	*httptest.Server
	t       *testing.T
	private *ecdh.PrivateKey
	auth    []byte
	server  string // public key of the bureau

	mu      sync.Mutex
	answers []int // used up one by one; then 201
	wait    string
	texts   []string
	topics  []string
	sizes   []int
}

func listen(t *testing.T, h *house) *browser {
	t.Helper()
	b := &browser{t: t, auth: make([]byte, 16)}
	var err error
	b.server, err = h.Key(t.Context())
	must(t, err)
	b.private, err = ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	_, _ = rand.Read(b.auth)
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *browser) draft(kinds ...string) push.SignUp {
	text := base64.RawURLEncoding.EncodeToString
	return push.SignUp{Endpoint: b.URL + "/push/abc", P256DH: text(b.private.PublicKey().Bytes()), Auth: text(b.auth), Name: "值班手机", Language: "zh", Kinds: kinds}
}

func (b *browser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.known(r.Header.Get("Authorization")); err != nil {
		b.t.Errorf("the bureau does not show who it is: %v", err)
	}
	body, _ := io.ReadAll(r.Body)
	text, err := b.read(body)
	if err != nil || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" {
		b.t.Errorf("a notice cannot be read: %v, %v", err, r.Header)
	}
	if len(b.answers) > 0 {
		code := b.answers[0]
		b.answers = b.answers[1:]
		if b.wait != "" {
			w.Header().Set("Retry-After", b.wait)
		}
		w.WriteHeader(code)
		return
	}
	b.texts, b.topics, b.sizes = append(b.texts, text), append(b.topics, r.Header.Get("Topic")), append(b.sizes, len(body))
	w.WriteHeader(http.StatusCreated)
}

// known checks the token of RFC 8292 against the key under which the browser signed up.
func (b *browser) known(header string) error {
	token, key, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	if !ok || key != b.server {
		return errors.New("another key: " + header)
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return err
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return public, nil }, jwt.WithValidMethods([]string{"ES256"}), jwt.WithExpirationRequired())
	if err != nil {
		return err
	}
	if claims["aud"] != b.URL || claims["sub"] != sender {
		return errors.New("the token is for another push service, or of another bureau")
	}
	return nil
}

// read decrypts a notice as a browser does: RFC 8291 over RFC 8188, one record.
func (b *browser) read(body []byte) (string, error) {
	if len(body) < 86 || int(binary.BigEndian.Uint32(body[16:20])) < len(body)-86 || body[20] != 65 {
		return "", errors.New("no header of RFC 8188")
	}
	salt, theirs, record := body[:16], body[21:86], body[86:]
	peer, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return "", err
	}
	shared, err := b.private.ECDH(peer)
	if err != nil {
		return "", err
	}
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, "WebPush: info\x00"+string(b.private.PublicKey().Bytes())+string(theirs), 32)
	if err != nil {
		return "", err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return "", err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	padded, err := aead.Open(nil, nonce, record, nil)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(strings.TrimRight(string(padded), "\x00"), "\x02")
	if !ok {
		return "", errors.New("no last record")
	}
	return text, nil
}

// heard are the notices since the last time.
func (b *browser) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	texts := b.texts
	b.texts = nil
	return texts
}

// answer lets the push service answer so, and then as it should.
func (b *browser) answer(wait string, codes ...int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wait, b.answers = wait, codes
}

func (h *house) hears(b *browser, want ...string) {
	h.t.Helper()
	h.sweep()
	var wanted []string
	for _, kind := range want {
		wanted = append(wanted, `{"kind":"`+kind+`","language":"zh"}`)
	}
	if got := b.heard(); !slices.Equal(got, wanted) {
		h.t.Errorf("heard %v, want %v", got, wanted)
	}
}

func TestAFindingIsToldOnceAndNamesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := listen(t, h)
	h.found("0198c000-0000-7000-8000-000000000001", "甲镇") // was there before
	h.pass(time.Minute)
	d, err := h.Add(t.Context(), reviewer, []string{"reviewer"}, b.draft(push.Finding))
	must(t, err)
	h.hears(b)
	h.pass(time.Minute)
	h.found("0198c000-0000-7000-8000-000000000002", "甲镇")
	h.found("0198c000-0000-7000-8000-000000000003", "乙镇")
	h.hears(b, "finding")
	h.pass(time.Minute)
	h.found("0198c000-0000-7000-8000-000000000004", "乙镇")
	h.hears(b) // so soon after the last
	h.pass(10 * time.Minute)
	h.hears(b, "finding")
	h.pass(time.Hour)
	h.hears(b) // nothing new
	h.exec(`UPDATE casefile SET state = 'reviewed', changed_at = $2 WHERE id = $1`, "0198c000-0000-7000-8000-000000000001", h.now())
	h.pass(time.Minute)
	h.hears(b, "finding") // waits for the second review
	if failure, err := h.Test(t.Context(), reviewer, d.ID); err != nil || failure != "" {
		t.Error(failure, err)
	}
	if got := b.heard(); len(got) != 1 || got[0] != `{"kind":"test","language":"zh"}` {
		t.Errorf("the test is heard as %v", got)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.Min(b.sizes) != slices.Max(b.sizes) || b.topics[0] != "finding" {
		t.Errorf("a push service tells notices apart by their length: %v, %v", b.sizes, b.topics)
	}
}

func TestATownshipsReviewerIsToldOfItsOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := listen(t, h)
	h.exec(`UPDATE account SET level = 'township', townships = '{乙镇}' WHERE id = $1`, reviewer)
	_, err := h.Add(t.Context(), reviewer, []string{"reviewer"}, b.draft(push.Finding))
	must(t, err)
	h.pass(time.Minute)
	h.found("0198c000-0000-7000-8000-000000000001", "甲镇")
	h.hears(b)
	h.found("0198c000-0000-7000-8000-000000000002", "乙镇")
	h.exec(`UPDATE account SET disabled = true WHERE id = $1`, reviewer)
	h.hears(b)
	h.exec(`UPDATE account SET disabled = false WHERE id = $1`, reviewer)
	h.hears(b, "finding")
}

func TestACameraIsToldOfAfterTwoMinutesAndADeadlineToItsOfficer(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, own := listen(t, h), listen(t, h)
	_, err := h.Add(t.Context(), operator, []string{"operator"}, b.draft(push.Camera))
	must(t, err)
	_, err = h.Add(t.Context(), officer, []string{"officer"}, own.draft(push.Deadline))
	must(t, err)
	const camera = "0198c000-0000-7000-8000-000000000009"
	h.exec(`INSERT INTO camera (id, name, address_sealed, address_shown, protocol, version, created_at, changed_at) VALUES ($1, '路口', '', '', 'tcp', 1, now(), now())`, camera)
	h.pass(time.Minute)
	live := func(state string) {
		h.exec(`INSERT INTO camera_live (camera_id, node, state, status, updated_at) VALUES ($1, 'n', $2, jsonb_build_object('since', $3::timestamptz), $3)
			ON CONFLICT (camera_id) DO UPDATE SET state = $2, status = jsonb_build_object('since', $3::timestamptz), updated_at = $3`, camera, state, h.now())
	}
	word := func() { h.exec(`UPDATE camera_live SET updated_at = $1`, h.now()) }
	live("failed")
	h.pass(time.Minute)
	word()
	h.hears(b)
	h.pass(time.Minute)
	word()
	h.hears(b, "camera")
	h.pass(time.Hour)
	word()
	h.hears(b) // still the same
	live("live")
	h.pass(29 * time.Second)
	h.hears(b)
	h.pass(3 * time.Minute)
	h.hears(b, "camera") // its node says nothing any more

	const mine, theirs = "0198c000-0000-7000-8000-000000000001", "0198c000-0000-7000-8000-000000000002"
	h.found(mine, "")
	h.found(theirs, "")
	h.exec(`UPDATE casefile SET officers = ARRAY[$2::uuid] WHERE id = $1`, mine, officer)
	alarm := func(id string, percent int) {
		h.exec(`INSERT INTO alarm (case_id, deadline, due_at, percent, label_zh, label_en, at) VALUES ($1, 'd', $3, $2, '', '', $3)`, id, percent, h.now())
	}
	alarm(theirs, 80)
	alarm(mine, 50)
	h.hears(own)
	alarm(mine, 80)
	h.hears(own, "deadline")
}

// A party's request is told to the officers of its case; a party to be found out to the
// officers near by: those on duty, all where nobody is, none once one has taken it on.
func TestARequestAndAnUnknownPartyAreToldToTheOfficersConcerned(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, near := listen(t, h), listen(t, h)
	const other, mine, lost = "0198c000-0000-7000-8000-00000000000d", "0198c000-0000-7000-8000-000000000001", "0198c000-0000-7000-8000-000000000002"
	h.exec(`INSERT INTO account (id, username, name, roles, must_change_password, password, created_at, changed_at, level, townships) VALUES ($1, 'other', 'other', '{officer}', false, 'x', now(), now(), 'township', '{甲镇}')`, other)
	_, err := h.Add(t.Context(), officer, []string{"officer"}, b.draft(push.Request, push.Field))
	must(t, err)
	_, err = h.Add(t.Context(), other, []string{"officer"}, near.draft(push.Request, push.Field))
	must(t, err)
	h.pass(time.Minute)
	h.found(mine, "甲镇")
	h.exec(`UPDATE casefile SET officers = ARRAY[$2::uuid], party_id = id WHERE id = $1`, mine, officer)
	h.exec(`INSERT INTO full_copy (id, case_id, asked_at, reason, state) VALUES ($1, $1, $2, '画面里的人不是我', 'asked')`, mine, h.now())
	h.hears(b, "request")
	if got := near.heard(); len(got) != 0 {
		t.Errorf("an officer of another case hears %v", got)
	}

	h.pass(time.Hour)
	unknown := func() {
		h.exec(`UPDATE casefile SET state = 'reviewed', changed_at = $2, dossier = jsonb_build_object('search_from', $2::timestamptz) WHERE id = $1`, lost, h.now())
	}
	h.found(lost, "甲镇")
	unknown()
	h.exec(`INSERT INTO duty_shift (id, account_id, starts_at, ends_at, created_at, by_whom) VALUES ($1, $1, $2, $3, $2, '')`, other, h.now().Add(-time.Hour), h.now().Add(time.Hour))
	h.hears(near, "field")
	if got := b.heard(); len(got) != 0 {
		t.Errorf("who is not on duty hears %v", got)
	}
	h.pass(2 * time.Hour) // nobody is on duty any more
	unknown()
	h.hears(b, "field")
	if got := near.heard(); len(got) != 1 {
		t.Errorf("the township's officer hears %v", got)
	}
	h.pass(time.Hour)
	unknown()
	h.exec(`INSERT INTO party_search (case_id, account_id, name, taken_at) VALUES ($1, $2, 'other', $3)`, lost, other, h.now())
	h.hears(b)
}

func TestALostBrowserIsForgottenAndABusyServiceAskedAgain(t *testing.T) {
	t.Parallel()
	ctx, h := t.Context(), open(t)
	b := listen(t, h)
	_, err := h.Add(ctx, reviewer, []string{"reviewer"}, b.draft(push.Finding))
	must(t, err)
	h.pass(time.Minute)
	h.found("0198c000-0000-7000-8000-000000000001", "")
	b.answer("300", http.StatusTooManyRequests)
	h.hears(b)
	devices, err := h.Devices(ctx, reviewer)
	must(t, err)
	if len(devices) != 1 || devices[0].Failure != "429 Too Many Requests" || devices[0].ToldAt != nil {
		t.Errorf("after a refusal: %+v", devices)
	}
	h.pass(299 * time.Second)
	h.hears(b) // asked to wait
	h.pass(time.Second)
	h.hears(b, "finding")
	for _, code := range []int{http.StatusNotFound, http.StatusGone} {
		_, err := h.Add(ctx, reviewer, []string{"reviewer"}, b.draft(push.Finding))
		must(t, err)
		h.pass(time.Hour)
		h.exec(`UPDATE casefile SET created_at = $1`, h.now())
		b.answer("", code)
		h.hears(b)
		if devices, err := h.Devices(ctx, reviewer); err != nil || len(devices) != 0 {
			t.Errorf("after %d: %+v, %v", code, devices, err)
		}
	}
}

func TestADeviceIsItsOwnersAndKeptSecret(t *testing.T) {
	t.Parallel()
	ctx, h := t.Context(), open(t)
	b := listen(t, h)
	for what, change := range map[string]func(*push.SignUp){
		"a point off the curve":        func(d *push.SignUp) { d.P256DH = base64.RawURLEncoding.EncodeToString(make([]byte, 65)) },
		"a short secret":               func(d *push.SignUp) { d.Auth = "YWJj" },
		"a kind of another role":       func(d *push.SignUp) { d.Kinds = []string{push.Camera} },
		"no name":                      func(d *push.SignUp) { d.Name = " " },
		"an address inside":            func(d *push.SignUp) { d.Endpoint = "https://10.0.0.1/push" },
		"where clouds keep their keys": func(d *push.SignUp) { d.Endpoint = "http://169.254.169.254/latest" },
	} {
		d := b.draft(push.Finding)
		change(&d)
		if _, err := h.Add(ctx, reviewer, []string{"reviewer"}, d); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	d, err := h.Add(ctx, reviewer, []string{"reviewer"}, b.draft(push.Finding))
	must(t, err)
	var sealed string
	must(t, h.pool.QueryRow(ctx, `SELECT encode(sealed, 'escape') || encode(digest, 'escape') || (SELECT encode(sealed, 'escape') FROM push_key) FROM push_device`).Scan(&sealed))
	if strings.Contains(sealed, "/push/abc") || strings.Contains(sealed, "p256dh") {
		t.Error("the address lies open in the database")
	}
	for what, do := range map[string]func(context.Context) error{
		"changed": func(ctx context.Context) error { return h.Want(ctx, officer, []string{"officer"}, d.ID, nil) },
		"removed": func(ctx context.Context) error { return h.Remove(ctx, officer, d.ID) },
		"tested":  func(ctx context.Context) error { _, err := h.Test(ctx, officer, d.ID); return err },
		"left":    func(ctx context.Context) error { return h.Leave(ctx, officer, b.draft().Endpoint) },
	} {
		if err := do(ctx); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("another's device is %s: %v", what, err)
		}
	}
	must(t, h.Want(ctx, reviewer, []string{"reviewer"}, d.ID, nil))
	h.pass(time.Minute)
	h.found("0198c000-0000-7000-8000-000000000001", "")
	h.hears(b)
	// The next person at the same browser is told in the first one's place.
	if _, err := h.Add(ctx, officer, []string{"officer"}, b.draft(push.Deadline)); err != nil {
		t.Fatal(err)
	}
	if left, err := h.Devices(ctx, reviewer); err != nil || len(left) != 0 {
		t.Errorf("the first one's is left: %+v, %v", left, err)
	}
	mine, err := h.Devices(ctx, officer)
	must(t, err)
	if text, _ := json.Marshal(mine); len(mine) != 1 || strings.Contains(string(text), "/push/abc") {
		t.Errorf("shown as %s", text)
	}
	must(t, h.Remove(ctx, officer, mine[0].ID))
}

func TestWhoSignsOutOnADeviceIsToldThereNoMore(t *testing.T) {
	t.Parallel()
	ctx, h := t.Context(), open(t)
	here, elsewhere := listen(t, h), listen(t, h)
	for _, b := range []*browser{here, elsewhere} {
		_, err := h.Add(ctx, reviewer, []string{"reviewer"}, b.draft(push.Finding))
		must(t, err)
	}
	must(t, h.Leave(ctx, reviewer, here.draft().Endpoint))
	if err := h.Leave(ctx, reviewer, here.draft().Endpoint); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("left twice: %v", err)
	}
	h.pass(time.Minute)
	h.found("0198c000-0000-7000-8000-000000000001", "")
	h.hears(elsewhere, push.Finding)
	h.hears(here)
}
