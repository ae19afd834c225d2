package api_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"offsite/api"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/supervision"
	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/verify"
	"offsite/exchange/key"
	"offsite/exchange/lead"
	"offsite/exchange/transfer"
	"offsite/privacy"
	"offsite/registry"
	"offsite/registry/account/passkeytest"
)

// id of an account by its name.
func (h *house) accountID(name string) (id string) {
	h.t.Helper()
	must(h.t, h.pool.QueryRow(h.t.Context(), `SELECT id::text FROM account WHERE username = $1`, name).Scan(&id))
	return id
}

// withLink is a case of a party, closed half a year ago, and its party at the portal.
func (h *house) withLink(officer string) (caseID string, party *person) {
	h.t.Helper()
	ctx := h.t.Context()
	p, err := h.registry.SaveParty(ctx, "test", registry.Party{Kind: "person", Name: "张三", Identity: "11010519491231002X", Phone: "13800000001"})
	must(h.t, err)
	must(h.t, h.pool.QueryRow(ctx, `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, party_id, first_at, last_at, raised_at, created_at, changed_at, decided_at, closed_at, fine_fen, officers, dossier)
		SELECT gen_random_uuid(), '沪崇城管立字〔2026〕第000007号', 'closed', 1, 'stall', 'stall', gen_random_uuid(), gen_random_uuid(), $1, at, at, at, at, at, at, at, 100000, ARRAY[$2::uuid], '{}'
		FROM (SELECT now() - interval '180 days' AS at) a RETURNING id::text`, p.ID, h.accountID(officer)).Scan(&caseID))
	digest := sha256.Sum256([]byte("link of " + caseID))
	_, err = h.pool.Exec(ctx, `INSERT INTO portal_link (token_sha256, case_id, nonce, given_at) VALUES ($1, $2, 'n', now())`, digest[:], caseID)
	must(h.t, err)
	party = h.stranger()
	var s wire.PortalSession
	party.do("POST", "/portal/session", wire.PortalOpen{Token: "link of " + caseID}).into(h.t, &s)
	party.csrf = s.CSRF
	return caseID, party
}

func (h *house) wants(status int, r reply) {
	h.t.Helper()
	if r.status != status {
		h.t.Fatal(r)
	}
}

// A party asks for its data behind its link, with the number on file.
func TestAPartyAsksForItsData(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.staff("officer")
	legal, head := h.staff("legal"), h.staff("head")
	_, party := h.withLink("officer")
	number := wire.PortalIdentity{Identity: "11010519491231002X"}
	if r := party.do("POST", "/portal/data", wire.PortalIdentity{Identity: "110105194912310021"}); r.status == http.StatusNoContent {
		t.Error("asked with another number")
	}
	h.wants(http.StatusNoContent, party.do("POST", "/portal/data", number))
	var all struct{ Items []wire.SubjectRequest }
	legal.do("GET", "/privacy/requests", nil).into(t, &all)
	at, yes := "/privacy/requests/"+all.Items[0].ID, wire.SubjectVerdict(privacy.Verdict{Release: true, Reason: "符合第四十五条"})
	h.wants(http.StatusNoContent, legal.do("POST", at+"/review", yes))
	h.wants(http.StatusNoContent, head.do("POST", at+"/decision", yes))
	if r := party.do("GET", "/portal/data", nil); r.status != http.StatusOK || !strings.Contains(r.String(), "released") {
		t.Errorf("the request: %s", r)
	}
	if r := party.do("POST", "/portal/data.zip", number); r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte("PK")) {
		t.Errorf("the data: %d, %d bytes", r.status, len(r.body))
	}
}

// A lead is handed to who is on duty, and what came of it is kept.
func TestALeadIsDispatchedToWhoIsOnDuty(t *testing.T) {
	t.Parallel()
	h := open(t)
	officer, head := h.staff("officer"), h.staff("head")
	on := h.accountID("officer")
	h.wants(http.StatusCreated, head.do("POST", "/duty", wire.ShiftDraft(lead.ShiftDraft{AccountID: on, StartsAt: time.Now().Add(-time.Hour), EndsAt: time.Now().Add(time.Hour)})))
	var made lead.Lead
	officer.do("POST", "/leads", wire.LeadDraft{Source: "hotline", SourceName: "12345", SourceRef: "H-8", Kind: "waste", What: "渣土车偷倒", Place: "陈海公路"}).into(t, &made)
	at := "/leads/" + made.ID
	h.wants(http.StatusNoContent, officer.do("POST", at+"/acknowledgement", nil, `If-Match: "1"`))
	h.wants(http.StatusNoContent, officer.do("POST", at+"/dispatch", wire.Dispatch{Officer: on}, `If-Match: "2"`))
	h.wants(http.StatusNoContent, officer.do("POST", at+"/outcome", wire.LeadOutcome{Result: "corrected", Note: "当场清除"}, `If-Match: "3"`))
	if r := head.do("GET", at, nil); !strings.Contains(r.String(), "当场清除") {
		t.Errorf("the lead: %s", r)
	}
}

// An authority is added with its key, and its system signs for a letter with it.
func TestALetterIsSignedForByTheAuthoritysSystem(t *testing.T) {
	t.Parallel()
	h := open(t)
	head := h.staff("head")
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	must(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	var police transfer.Authority
	r := head.do("POST", "/authorities", wire.AuthorityDraft{Name: "区公安分局", Kind: "police", PublicKey: text})
	if r.into(t, &police); r.status != http.StatusCreated {
		t.Fatal(r)
	}
	_, secret, err := h.keys.Create(context.Background(), "test", key.Draft{Name: "区公安分局", Scopes: []string{key.Transfers}, Days: 1, Authority: police.ID})
	must(t, err)
	var told lead.Lead
	head.do("POST", "/leads", wire.LeadDraft{Source: "hotline", SourceName: "12345", SourceRef: "H-9", Kind: "waste", What: "渣土车偷倒", Place: "陈海公路"}).into(t, &told)
	var sent wire.Made
	head.do("POST", "/transfers", wire.TransferDraft{SubjectKind: "lead", Subject: told.ID, AuthorityID: police.ID, Reason: "交由公安"}).into(t, &sent)
	letter, err := h.transfers.Transfer(t.Context(), police.ID, sent.ID)
	must(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	signed := ed25519.Sign(private, []byte(transfer.Text(letter.Transfer.Number, letter.Transfer.SHA256, now, "李警官")))
	h.wants(http.StatusNoContent, h.stranger().do("POST", "/transfers/"+sent.ID+"/receipt",
		wire.SignedReceipt{Receiver: "李警官", ReceivedAt: now, Signature: base64.StdEncoding.EncodeToString(signed)}, "Authorization: Bearer "+secret))
}

// A draw is announced, shown to everybody, and what it gave is found, and put right.
func TestADrawGivesTasks(t *testing.T) {
	t.Parallel()
	h := open(t)
	officer, head := h.staff("officer"), h.staff("head")
	h.staff("officer", "legal")
	shop, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "甲水果店"})
	must(t, err)
	var made supervision.Draw
	r := head.do("POST", "/draws", supervision.Plan{Kind: supervision.Inspection, Title: "十二月双随机", DrawAt: time.Now().Add(time.Hour), Wanted: 1})
	if r.into(t, &made); r.status != http.StatusCreated {
		t.Fatal(r)
	}
	var task string // as drawing by the seed leaves it
	must(t, h.pool.QueryRow(t.Context(), `INSERT INTO draw_task (id, draw_id, rank, subject, name, inspectors, due_on) VALUES (gen_random_uuid(), $1, 1, $2, '甲水果店', ARRAY[$3::uuid], now()::date + 20) RETURNING id::text`,
		made.ID, shop.ID, h.accountID("officer")).Scan(&task))
	answers := map[string]string{"front": "fault", "waste": "ok", "signs": "ok", "records": "none"}
	h.wants(http.StatusNoContent, officer.do("POST", "/tasks/"+task+"/result", supervision.Result{Answers: answers, Note: "门前堆物"}))
	h.wants(http.StatusNoContent, head.do("POST", "/tasks/"+task+"/rectification", wire.Rectification{Rectified: "已清理"}))
	if r := officer.do("GET", "/draws/"+made.ID, nil); !strings.Contains(r.String(), "已清理") {
		t.Errorf("the draw: %s", r)
	}
	if r := h.stranger().do("GET", "/public/draws/"+made.ID, nil); r.status != http.StatusOK || !strings.Contains(r.String(), "甲水果店") {
		t.Errorf("the public sees %s", r)
	}
}

const year2028 = "year: 2028\nsource: 国务院办公厅通知\nholidays: [{name: 元旦, from: 2028-01-01, to: 2028-01-02}]\nmake_up: []\n"

// What the law says is entered by one and read by all.
func TestAYearIsReadAndEntered(t *testing.T) {
	t.Parallel()
	h := open(t)
	legal := h.staff("legal")
	if r := legal.do("POST", "/rules/check", wire.RuleCheck{Kind: "year", Text: "year: 2028\n"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("half a year: %s", r)
	}
	check := wire.RuleCheck{Kind: "year", Text: year2028}
	if r := legal.do("POST", "/rules/check", check); r.status != http.StatusOK || !strings.Contains(r.String(), "2028") {
		t.Fatal(r)
	}
	h.wants(http.StatusCreated, legal.do("POST", "/rules", wire.RuleDraft{RuleCheck: check, Reason: "国务院办公厅已公布"}))
	if r := legal.do("GET", "/rules", nil); !strings.Contains(r.String(), "国务院办公厅已公布") {
		t.Errorf("listed: %s", r)
	}
	if r := legal.do("GET", "/rules/matter/stall", nil); r.status != http.StatusOK || !strings.Contains(r.String(), "stall") {
		t.Errorf("the text that holds: %s", r)
	}
	h.wants(http.StatusOK, legal.do("GET", "/years", nil))
}

// device is a software authenticator of the house's address.
func passkeyOf(accountID string) (virtualwebauthn.RelyingParty, virtualwebauthn.Authenticator, virtualwebauthn.Credential) {
	return virtualwebauthn.RelyingParty{Name: "局", ID: "localhost", Origin: "http://localhost:8080"},
		virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(accountID)}),
		passkeytest.NewCredential()
}

// A passkey is made, signs in, and proves anew.
func TestAPasskeySignsInAndProves(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("head")
	party, device, credential := passkeyOf(h.accountID("head"))
	asked := func(who *person, path string, body any) (wire.Ceremony, string) {
		var c wire.Ceremony
		r := who.do("POST", path, body)
		if r.into(t, &c); r.status != http.StatusOK {
			t.Fatal(r)
		}
		options, err := json.Marshal(c.Options)
		must(t, err)
		return c, string(options)
	}
	answered := func(text string) (answer map[string]any) {
		must(t, json.Unmarshal([]byte(text), &answer))
		return answer
	}
	begun, options := asked(p, "/account/passkeys/options", wire.PasswordAgain{Password: password})
	attestation, err := virtualwebauthn.ParseAttestationOptions(options)
	must(t, err)
	device.AddCredential(credential)
	made := virtualwebauthn.CreateAttestationResponse(party, device, credential, *attestation)
	h.wants(http.StatusCreated, p.do("POST", "/account/passkeys", wire.PasskeyDraft{Token: begun.Token, Name: "手机", Answer: answered(made)}))
	shown := func(options string) map[string]any {
		assertion, err := virtualwebauthn.ParseAssertionOptions(options)
		must(t, err)
		credential.Counter++
		return answered(virtualwebauthn.CreateAssertionResponse(party, device, credential, *assertion))
	}
	again := h.stranger()
	begun, options = asked(again, "/session/passkey/options", nil)
	var s wire.Session
	r := again.do("POST", "/session/passkey", wire.PasskeyAnswer{Token: begun.Token, Answer: shown(options)})
	if r.into(t, &s); r.status != http.StatusOK || s.User.Username != "head" {
		t.Fatal(r)
	}
	again.csrf = s.CSRF
	begun, options = asked(again, "/session/proof/passkey/options", nil)
	proof := wire.PasskeyAnswer{Token: begun.Token, Answer: shown(options)}
	h.wants(http.StatusNoContent, again.do("POST", "/session/proof/passkey", proof))
	if r := again.do("POST", "/session/proof/passkey", proof); r.status != http.StatusUnprocessableEntity {
		t.Errorf("the same answer again: %s", r)
	}
}

// finders find a camera, and say what it sends.
type finders struct{}

func (finders) Discover(context.Context, []string) ([]wire.FoundCamera, error) {
	return []wire.FoundCamera{{ID: "urn:uuid:1", Address: "http://10.0.0.1/onvif/device_service", Name: "东门"}}, nil
}

func (finders) Ask(_ context.Context, r wire.DeviceRequest) (wire.Device, error) {
	if r.Password != "right" {
		return wire.Device{}, problem.Invalid("用户名或密码不正确", "the user or the password is wrong")
	}
	return wire.Device{Manufacturer: "某厂", Streams: []wire.DeviceStream{{Profile: "main", Codec: "h264", Width: 1920, Height: 1080, FPS: 25, URL: "rtsp://10.0.0.1/main"}}}, nil
}

// Cameras are found, asked and looked at before they are registered; the file of many is
// read row by row and can be taken back.
func TestCamerasAreFoundAskedAndTakenIn(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.Discovery = finders{}
		o.Probe = func(context.Context, string, string) (wire.Probe, error) {
			return wire.Probe{Report: wire.ProbeReport{BitrateKbps: 2000, ClockSource: "rtcp", Transport: "tcp"}, Picture: "/9j/"}, nil
		}
	})
	p := h.staff("operator")
	h.wants(http.StatusOK, p.do("POST", "/cameras/discovery", wire.DiscoveryRequest{At: []string{"10.0.0.0/24"}}))
	ask := wire.DeviceRequest{Address: "http://10.0.0.1/onvif/device_service", User: "admin", Password: "wrong"}
	if r := p.do("POST", "/cameras/discovery/device", ask); r.status != http.StatusUnprocessableEntity {
		t.Errorf("asked with a wrong password: %s", r)
	}
	ask.Password = "right"
	h.wants(http.StatusOK, p.do("POST", "/cameras/discovery/device", ask))
	h.wants(http.StatusOK, p.do("POST", "/cameras/probe", wire.ProbeRequest{URL: "rtsp://10.0.0.1/main", Protocol: "tcp"}))
	var c wire.Camera
	p.do("POST", "/cameras", cameraDraftText).into(t, &c)
	if r := p.do("GET", "/cameras/"+c.ID+"/timeline", nil); r.status != http.StatusOK || !strings.Contains(r.String(), wire.Unknown) {
		t.Errorf("its days: %s", r)
	}
	var b wire.ImportBatch
	p.do("POST", "/cameras/imports?name=c.csv", "摄像机名称,RTSP地址\n西门,rtsp://10.0.0.2/s1\n,rtsp://10.0.0.3/s1\n", "Content-Type: application/octet-stream").into(t, &b)
	at := "/cameras/imports/" + b.ID
	if r := p.do("GET", at+"/rows", nil); r.status != http.StatusOK || !strings.Contains(r.String(), "西门") {
		t.Errorf("its rows: %s", r)
	}
	_, err := h.intake.Apply(t.Context(), "test", b.ID)
	must(t, err)
	h.wants(http.StatusAccepted, p.do("POST", at+"/undo", nil))
	h.wants(http.StatusOK, p.do("GET", at, nil))
}

// People, shops and parties are entered and changed.
func TestPeopleShopsAndPartiesAreEntered(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, collector := h.staff("admin"), h.staff("collector")
	var user wire.UserResult
	r := admin.do("POST", "/users", wire.UserDraft{Username: "wang", Name: "王某", Roles: []string{"officer"}, LicenceNo: "31-0001",
		UserReach: wire.UserReach{Team: "城桥中队", Level: "township", Townships: []string{"城桥镇"}}})
	if r.into(t, &user); r.status != http.StatusCreated || user.Password == "" || user.User.Level != "township" {
		t.Fatal(r)
	}
	text := func(s string) *string { return &s }
	var party registry.Party
	r = collector.do("POST", "/parties", wire.PartyDraft{Kind: text("person"), Name: text("张三"), Phone: text("13800000001"), Address: text("八一路1号")})
	if r.into(t, &party); r.status != http.StatusCreated {
		t.Fatal(r)
	}
	if r = collector.do("PATCH", "/parties/"+party.ID, wire.PartyDraft{Identity: text("123")}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a number without a sound check digit: %s", r)
	}
	h.wants(http.StatusOK, collector.do("PATCH", "/parties/"+party.ID, wire.PartyDraft{Phone: text("13800000002")}, `If-Match: "1"`))
	_, err := h.registry.RecordConsent(t.Context(), h.accountID("collector"), party.ID, "13800000002", "", []byte("签名"), time.Now())
	must(t, err)
	var history struct{ Items []wire.ObjectChange }
	collector.do("GET", "/parties/"+party.ID+"/history", nil).into(t, &history)
	if list := history.Items; len(list) != 3 || list[0].Action != "record" || list[0].By != "collector" || list[2].Action != "create" ||
		!slices.Contains(list[1].Fields, wire.FieldChange{Field: "phone", Before: "13800000001", After: "13800000002"}) {
		t.Errorf("the party's history is %+v", history.Items)
	}
	var shop registry.Object
	collector.do("POST", "/objects", wire.ObjectDraft{Kind: text("shop"), Name: text("张记水果店"), PartyID: &party.ID}).into(t, &shop)
	h.wants(http.StatusOK, collector.do("PATCH", "/objects/"+shop.ID, wire.ObjectDraft{Address: text("八一路2号")}, `If-Match: "1"`))
	if r = collector.do("PATCH", "/objects/"+shop.ID, wire.ObjectDraft{Address: text("八一路3号")}, `If-Match: "1"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("changed over another's change: %s", r)
	}
}

// An endpoint gets another secret; a sample is read while it waits for its draw.
func TestASecretIsReplacedAndASampleWaits(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin := h.staff("admin")
	var made, other wire.WebhookMade
	admin.do("POST", "/webhooks", wire.WebhookDraft{Name: "城运中心", URL: "http://127.0.0.1:9/hook", Kinds: []string{"case.changed"}, Enabled: true}).into(t, &made)
	r := admin.do("POST", "/webhooks/"+made.Endpoint.ID+"/secret", nil)
	if r.into(t, &other); r.status != http.StatusOK || other.Secret == "" || other.Secret == made.Secret {
		t.Errorf("the other secret: %s", r)
	}
	var sample wire.Sample
	auditor := h.staff("auditor")
	auditor.do("POST", "/samples", wire.SampleDraft{From: time.Now().AddDate(0, -1, 0), To: time.Now(), Rate: 0.05, Draws: time.Now().Add(time.Hour)}).into(t, &sample)
	if r := auditor.do("GET", "/samples/"+sample.ID, nil); r.status != http.StatusOK || !strings.Contains(r.String(), sample.ID) {
		t.Errorf("the sample: %s", r)
	}
}

// vectors is a store of the published test vectors (docs/formats).
type vectors struct{ name string }

const vectorsFolder = "../docs/formats/vectors/"

func (v vectors) ReadBundle(context.Context, evidence.Receipt) (io.ReadCloser, error) {
	return os.Open(vectorsFolder + v.name + ".tar")
}

func (v vectors) LogProof(context.Context, evidence.Receipt) ([]byte, error) {
	return os.ReadFile(vectorsFolder + v.name + ".tlog-proof")
}

// seekable is a file of a bundle, read whole.
type seekable struct{ *bytes.Reader }

func (seekable) Close() error { return nil }

func (v vectors) OpenEntry(_ context.Context, r evidence.Receipt, path string) (io.ReadSeekCloser, evidence.Entry, error) {
	var found []byte
	_, err := v.files(func(name string, content []byte) {
		if strings.HasSuffix(name, "/"+path) {
			found = content
		}
	})
	if err == nil && found == nil {
		err = errors.New("no such file")
	}
	sum := sha256.Sum256(found)
	return seekable{bytes.NewReader(found)}, evidence.Entry{Path: path, SizeBytes: int64(len(found)), SHA256: hex.EncodeToString(sum[:])}, err
}

// files walks the bundle and gives its id.
func (v vectors) files(each func(name string, content []byte)) (id string, err error) {
	f, err := os.Open(vectorsFolder + v.name + ".tar")
	if err != nil {
		return "", err
	}
	defer f.Close()
	for t := tar.NewReader(f); ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(t)
		if err != nil {
			return "", err
		}
		id, _, _ = strings.Cut(head.Name, "/")
		each(head.Name, content)
	}
}

// A bundle is checked here, and read file by file; that somebody looked is kept.
func TestABundleIsCheckedAndRead(t *testing.T) {
	t.Parallel()
	store := vectors{"good-logged"}
	h := open(t, func(o *api.Options) {
		o.Vault, o.Trust = store, func(context.Context) (*seal.Trust, error) { return seal.OpenTrust(vectorsFolder + "trust.json") }
	})
	r := evidence.Receipt{Kind: "incident", Camera: nobody, SealedAt: time.Now()}
	var err error
	r.BundleID, err = store.files(func(name string, content []byte) {
		_, path, _ := strings.Cut(name, "/")
		r.Files = append(r.Files, evidence.Entry{Path: path, SizeBytes: int64(len(content))})
	})
	must(t, err)
	receipt, err := json.Marshal(r)
	must(t, err)
	officer := h.staff("officer")
	caseID, _ := h.withLink("officer")
	_, err = h.pool.Exec(t.Context(), `INSERT INTO evidence (bundle, case_id, kind, camera_id, sealed_at, receipt, summary) VALUES ($1, $3, 'incident', gen_random_uuid(), now(), $2, '{}')`, r.BundleID, receipt, caseID)
	must(t, err)
	at := "/evidence/" + r.BundleID
	if r := officer.do("GET", at+"/files/incident.json", nil); r.status != http.StatusOK || !json.Valid(r.body) {
		t.Errorf("its incident: %s", r)
	}
	var report verify.Report
	checked := officer.do("POST", at+"/verify", nil)
	if checked.into(t, &report); checked.status != http.StatusOK || report.Bundle != r.BundleID || report.LogIndex == nil || report.Exit() != 0 {
		t.Errorf("checked: %s", checked)
	}
}
