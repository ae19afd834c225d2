package transfer_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/exchange/lead"
	"offsite/exchange/transfer"
	"offsite/registry"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

type house struct {
	*transfer.Desk
	leads *lead.Desk
	pool  *pgxpool.Pool
	now   time.Time
	told  []string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{pool: storetest.Open(t), now: time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)}
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	must(t, err)
	clock := func() time.Time { return h.now }
	h.leads = lead.New(lead.Options{Pool: h.pool, Secrets: secrets, Now: clock})
	h.Desk = transfer.New(transfer.Options{Pool: h.pool, Leads: h.leads, Bureau: "崇明局", Now: clock,
		Tell: func(_ context.Context, _ pgx.Tx, kind string, _ any) error { h.told = append(h.told, kind); return nil }})
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(err error, field string) bool {
	var r *registry.Refused
	return errors.As(err, &r) && r.Field == field
}

var head = transfer.By{ID: "head", Name: "负责人"}

func (h *house) authority(t *testing.T, name, kind string, public ed25519.PublicKey) string {
	t.Helper()
	w := transfer.AuthorityDraft{Name: name, Kind: kind}
	if public != nil {
		der, err := x509.MarshalPKIXPublicKey(public)
		must(t, err)
		w.PublicKey = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	a, err := h.AddAuthority(t.Context(), head, w)
	must(t, err)
	return a.ID
}

// transferred is a case with a paper, a bundle and a record.
func (h *house) transferred(t *testing.T, state string) string {
	t.Helper()
	var id string
	must(t, h.pool.QueryRow(t.Context(), `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, dossier)
		VALUES (gen_random_uuid(), '案1' || $1, $1, 1, 'stall', 'stall', gen_random_uuid(), gen_random_uuid(), now(), now(), now(), now(), now(), '{}') RETURNING id::text`, state).Scan(&id))
	for _, sql := range []string{
		`INSERT INTO document (id, case_id, kind, title_zh, title_en, number, code, sha256, issued_at, pdf) VALUES (gen_random_uuid(), $1::uuid, 'transfer', '移送函', 'Transfer', $1::text, $1::text, 'aa', now(), '')`,
		`INSERT INTO evidence (bundle, case_id, kind, camera_id, sealed_at, receipt, summary) VALUES (gen_random_uuid(), $1, 'incident', gen_random_uuid(), now(), '{"manifest_sha256": "bb"}', '{}')`,
		`INSERT INTO process_record (case_id, seq, at, actor, role, event, from_state, to_state, reason, detail, previous, digest) VALUES ($1, 1, now(), '', '', '', '', '', '', '{}', '', '\xcc')`,
	} {
		_, err := h.pool.Exec(t.Context(), sql, id)
		must(t, err)
	}
	return id
}

func TestACaseIsHandedOverSignedForAndFollowed(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	police, other := h.authority(t, "区公安分局", "police", public), h.authority(t, "启东市", "district", nil)
	caseID := h.transferred(t, "transferred")
	w := transfer.Draft{SubjectKind: transfer.OfCase, Subject: caseID, AuthorityID: police, Reason: "涉嫌犯罪"}
	id, err := h.Send(ctx, head, w)
	must(t, err)
	if _, err := h.Send(ctx, head, w); !refused(err, "subject") {
		t.Errorf("handed over twice: %v", err)
	}
	d, err := h.Transfer(ctx, police, id)
	must(t, err)
	var letter transfer.Letter
	must(t, json.Unmarshal([]byte(d.Letter), &letter))
	sum := sha256.Sum256([]byte(d.Letter))
	if d.Transfer.SHA256 != hex.EncodeToString(sum[:]) || letter.To != "区公安分局" || len(letter.Documents) != 1 || letter.Bundles[0].ManifestSHA256 != "bb" || letter.Record.SHA256 != "cc" {
		t.Errorf("the letter %s, digest %s", d.Letter, d.Transfer.SHA256)
	}
	if _, err := h.Transfer(ctx, other, id); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("another authority reads it: %v", err)
	}
	h.now = h.now.Add(time.Hour)
	by := transfer.By{ID: "key", Name: "区公安分局"}
	sign := func(number, digest, receiver string, with ed25519.PrivateKey) transfer.Signed {
		text := transfer.Text(number, digest, h.now, receiver)
		return transfer.Signed{Receiver: "李警官", ReceivedAt: h.now, Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(with, []byte(text)))}
	}
	_, forger, err := ed25519.GenerateKey(nil)
	must(t, err)
	for why, s := range map[string]transfer.Signed{
		"another key": sign(d.Transfer.Number, d.Transfer.SHA256, "李警官", forger), "another letter": sign(d.Transfer.Number, "00", "李警官", private), "another receiver": sign(d.Transfer.Number, d.Transfer.SHA256, "王", private),
	} {
		if err := h.Sign(ctx, by, police, id, s); !refused(err, "signature") {
			t.Errorf("%s: %v", why, err)
		}
	}
	if err := h.Report(ctx, by, police, id, transfer.Status{State: transfer.Accepted, Note: "受理"}); !refused(err, "state") {
		t.Errorf("accepted before it was received: %v", err)
	}
	good := sign(d.Transfer.Number, d.Transfer.SHA256, "李警官", private)
	if err := h.Sign(ctx, by, other, id, good); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("another authority signs: %v", err)
	}
	must(t, h.Sign(ctx, by, police, id, good))
	must(t, h.Sign(ctx, by, police, id, good))
	must(t, h.Report(ctx, by, police, id, transfer.Status{State: transfer.Accepted, Ref: "公立〔2026〕1号", Note: "受理"}))
	must(t, h.Report(ctx, by, police, id, transfer.Status{State: transfer.Closed, Note: "已立案侦查"}))
	d, err = h.Transfer(ctx, "", id)
	must(t, err)
	var steps []string
	for _, s := range d.Steps {
		steps = append(steps, s.Event)
	}
	if d.Transfer.State != transfer.Closed || !d.Transfer.Signed || d.Transfer.Receiver != "李警官" || d.Transfer.Ref != "公立〔2026〕1号" || !slices.Equal(steps, []string{"sent", "received", "accepted", "closed"}) {
		t.Errorf("at its end %+v, steps %v", d.Transfer, steps)
	}
	if !slices.Equal(h.told, []string{"transfer.sent", "transfer.changed", "transfer.changed", "transfer.changed"}) {
		t.Errorf("told %v", h.told)
	}
}

func TestOnlyWhatIsTransferredIsHandedOver(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	police := h.authority(t, "区公安分局", "police", nil)
	for field, w := range map[string]transfer.Draft{
		"subject":      {SubjectKind: transfer.OfCase, Subject: h.transferred(t, "filed"), AuthorityID: police, Reason: "x"},
		"authority_id": {SubjectKind: transfer.OfCase, Subject: h.transferred(t, "transferred"), AuthorityID: "nobody", Reason: "x"},
		"reason":       {SubjectKind: transfer.OfCase, Subject: h.transferred(t, "closed"), AuthorityID: police, Reason: " "},
	} {
		if _, err := h.Send(ctx, head, w); !refused(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := h.AddAuthority(ctx, head, transfer.AuthorityDraft{Name: "区公安分局", Kind: "police"}); !refused(err, "name") {
		t.Errorf("the same name: %v", err)
	}
	if _, err := h.AddAuthority(ctx, head, transfer.AuthorityDraft{Name: "检察院", Kind: "bureau", PublicKey: "ssh-ed25519 AAAA"}); !refused(err, "public_key") {
		t.Errorf("no key in PEM: %v", err)
	}
}

func TestALeadOfConstructionWasteGoesToAnotherDistrictWithAPaperReceipt(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	qidong := h.authority(t, "启东市", "district", nil)
	made, _, err := h.leads.Receive(ctx, head, lead.Draft{Source: "police", SourceName: "交警", Kind: lead.Waste, What: "跨区偷倒", Place: "崇启大桥", Plate: "苏F12345", Contact: "13800000000"})
	must(t, err)
	id, err := h.Send(ctx, head, transfer.Draft{SubjectKind: transfer.OfLead, Subject: made.ID, AuthorityID: qidong, Reason: "行为发生地在启东"})
	must(t, err)
	after, err := h.leads.Lead(ctx, made.ID)
	must(t, err)
	d, err := h.Transfer(ctx, "", id)
	must(t, err)
	var letter transfer.Letter
	must(t, json.Unmarshal([]byte(d.Letter), &letter))
	if after.State != lead.Transferred || letter.Lead == nil || letter.Lead.Plate != "苏F12345" {
		t.Errorf("lead %s, letter %s", after.State, d.Letter)
	}
	h.now = h.now.Add(time.Hour)
	paper := transfer.Paper{Receiver: "启东执法局", ReceivedAt: h.now, Scan: base64.StdEncoding.EncodeToString([]byte("<html>"))}
	if err := h.Enter(ctx, head, id, paper); !refused(err, "scan") {
		t.Errorf("no scan: %v", err)
	}
	paper.Scan = base64.StdEncoding.EncodeToString([]byte("%PDF-1.4 receipt"))
	must(t, h.Enter(ctx, head, id, paper))
	if content, kind, err := h.Scan(ctx, id); err != nil || kind != "application/pdf" || string(content) != "%PDF-1.4 receipt" {
		t.Errorf("the scan is %q %s, %v", content, kind, err)
	}
	if _, _, err := h.Scan(ctx, "x"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("the scan of no transfer: %v", err)
	}
	must(t, h.Report(ctx, head, "", id, transfer.Status{State: transfer.Returned, Note: "不属本地"}))
	list, err := h.Transfers(ctx, qidong, "", 10)
	if err != nil || len(list) != 1 || list[0].State != transfer.Returned || list[0].Signed {
		t.Errorf("listed %+v, %v", list, err)
	}
}
