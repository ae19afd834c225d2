package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/document"
	"offsite/privacy"
	"offsite/store/storetest"
)

const (
	subject  = "0198c000-0000-7000-8000-0000000000f1"
	stranger = "0198c000-0000-7000-8000-0000000000f2"
	itsCase  = "0198c000-0000-7000-8000-0000000000f3"
	clerk    = "0198c000-0000-7000-8000-00000000000a"
	jurist   = "0198c000-0000-7000-8000-00000000000b"
	chief    = "0198c000-0000-7000-8000-00000000000c"
	number   = "11010519491231002X"
)

type desk struct {
	*privacy.Office
	pool *pgxpool.Pool
	now  time.Time
	read []string // who read the identity number
}

// open is an office with a party that has a case, and a stranger.
func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{pool: storetest.Open(t), now: time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)}
	d.Office = privacy.New(privacy.Options{Pool: d.pool, Log: &ledger{}, Bureau: "局", Now: func() time.Time { return d.now },
		Identity: func(_ context.Context, by, _, _ string) (string, error) {
			d.read = append(d.read, by)
			return number, nil
		},
		Live: privacy.Live{Messages: "sms.example.gov.cn", Mail: "mail.example.gov.cn", FactorDemanded: true}})
	for _, sql := range []string{
		`INSERT INTO account (id, username, name, roles, must_change_password, password, created_at, changed_at) VALUES ('` + clerk + `', 'a', '受理人', '{officer}', false, '', now(), now()),
			('` + jurist + `', 'b', '审核人', '{legal}', false, '', now(), now()), ('` + chief + `', 'c', '负责人', '{head}', false, '', now(), now())`,
		`INSERT INTO party (id, kind, name, phone, version, created_at, changed_at) VALUES ('` + subject + `', 'person', '张三', '13800000001', 1, now(), now()), ('` + stranger + `', 'person', '李四', '13800000002', 1, now(), now())`,
		`INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, party_id, party, first_at, last_at, raised_at, created_at, changed_at, dossier)
			VALUES ('` + itsCase + `', '案1', 'closed', 1, 'stall', 'stall', '` + itsCase + `', '` + itsCase + `', '` + subject + `', '张三', now(), now(), now(), now(), now(), '{}')`,
		`INSERT INTO document (id, case_id, kind, title_zh, title_en, number, code, sha256, issued_at, pdf) VALUES (gen_random_uuid(), '` + itsCase + `', 'decision', '决定书', '', 'N1', 'C1', '', now(), convert_to('the paper', 'UTF8'))`,
		`INSERT INTO message (id, case_id, template, phone, body, created_at, state) VALUES (gen_random_uuid(), '` + itsCase + `', 't', '13800000001', '短信内容', now(), 'delivered')`,
		`INSERT INTO message (id, case_id, template, channel, phone, email, body, created_at, state) VALUES (gen_random_uuid(), '` + itsCase + `', 't', 'mail', '', 'zhang@party.test', '邮件内容', now(), 'accepted')`,
	} {
		if _, err := d.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// files reads a ZIP.
func files(t *testing.T, content []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(f.Name, "/")
		all[name] = string(text)
	}
	return all
}

func TestAPartysDataAreReleasedByThreeAndHandedOver(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t)
	id, err := d.AskAtDesk(ctx, clerk, subject, "核对居民身份证原件")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.AskAtDesk(ctx, clerk, subject, "再次"); err == nil {
		t.Error("it was asked twice at once")
	}
	yes := privacy.Verdict{Release: true, Reason: "符合第四十五条"}
	if _, err := d.Hand(ctx, chief, id, "test"); err == nil {
		t.Error("it was handed over before anybody released it")
	}
	if d.Decide(ctx, chief, id, yes) == nil {
		t.Error("it was decided before the review")
	}
	if d.Review(ctx, clerk, id, yes) == nil {
		t.Error("who took it down reviewed it")
	}
	if err := d.Review(ctx, jurist, id, yes); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{jurist, clerk} {
		if d.Decide(ctx, who, id, yes) == nil {
			t.Errorf("%s decided after a step before", who)
		}
	}
	if err := d.Decide(ctx, chief, id, yes); err != nil {
		t.Fatal(err)
	}
	content, err := d.Hand(ctx, chief, id, "test")
	if err != nil {
		t.Fatal(err)
	}
	all := files(t, content)
	for name, want := range map[string]string{"data/party.json": "张三", "data/cases.json": "案1", "data/messages.json": "短信内容", "data/documents.json": "决定书", "data/README.txt": number, "manifest-sha256.txt": "data/party.json"} {
		if !strings.Contains(all[name], want) {
			t.Errorf("%s does not hold %s: %s", name, want, all[name])
		}
	}
	papers := 0
	for name, text := range all {
		if strings.Contains(text, "李四") {
			t.Errorf("%s tells of somebody else", name)
		}
		if strings.HasPrefix(name, "data/documents/") && text == "the paper" {
			papers++
		}
	}
	if papers != 1 {
		t.Errorf("%d papers are in it", papers)
	}
	list, err := d.Requests(ctx)
	if err != nil || len(list) != 1 {
		t.Fatalf("the requests: %+v, %v", list, err)
	}
	sum := sha256.Sum256(content)
	r := list[0]
	if last := r.Events[len(r.Events)-1]; len(r.Events) != 4 || last.Event != "handed_over" || last.By != "负责人" || last.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("the steps are %+v", r.Events)
	}
	if len(d.read) != 1 || d.read[0] != "负责人" {
		t.Errorf("the identity number was read by %v", d.read)
	}
}

func TestThePortalWantsTheNumberOnFile(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t)
	if err := d.AskInPortal(ctx, itsCase, "11010519491231002x", "10.0.0.1"); err != nil { // however it is written
		t.Fatalf("with the right number: %v", err)
	}
	r, err := d.OfCase(ctx, itsCase)
	if err != nil || r == nil || r.State != "asked" || r.How != "portal" {
		t.Fatalf("the request: %+v, %v", r, err)
	}
	yes := privacy.Verdict{Release: true, Reason: "可以"}
	if err := errors.Join(d.Review(ctx, jurist, r.ID, yes), d.Decide(ctx, chief, r.ID, yes)); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := d.HandInPortal(ctx, itsCase, "110105194912310021", "10.0.0.1", "test"); err == nil {
			t.Error("handed over for a wrong number")
		}
	}
	if _, err := d.HandInPortal(ctx, itsCase, number, "10.0.0.1", "test"); err == nil {
		t.Error("after five wrong numbers a right one was taken at once")
	}
	d.now = d.now.Add(25 * time.Hour)
	if content, err := d.HandInPortal(ctx, itsCase, number, "10.0.0.1", "test"); err != nil || len(content) == 0 {
		t.Errorf("a day later: %d bytes, %v", len(content), err)
	}
	if err := d.AskInPortal(ctx, stranger, number, ""); !errors.Is(err, privacy.ErrNoRequest) {
		t.Errorf("of a case that is none: %v", err)
	}
}

func TestTheProcessingRecordIsOfNow(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t)
	r, err := d.Record(ctx)
	if err != nil {
		t.Fatal(err)
	}
	byKey := map[string]privacy.DataActivity{}
	for _, a := range r.Activities {
		byKey[a.Key] = a
		if a.KeptZH == "" || a.KeptEN == "" || a.Basis == "" || a.WhyEN == "" {
			t.Errorf("%s is not whole: %+v", a.Key, a)
		}
	}
	if byKey["party"].Count != 2 || !byKey["party"].Sensitive || byKey["message"].Count != 2 || len(byKey["message"].Recipients) != 2 || byKey["message"].Recipients[0].Name != "sms.example.gov.cn" || byKey["message"].Recipients[1].Name != "mail.example.gov.cn" || !strings.Contains(byKey["message"].KeptZH, "1095天") {
		t.Errorf("the record: %+v", byKey)
	}
	if r.Measures.Accounts != 3 || !r.Measures.FactorDemanded || r.Measures.WithFactor != 0 {
		t.Errorf("the measures: %+v", r.Measures)
	}
	filled := fmt.Sprint(r.Assessment(document.Bureau{Name: "局"}).Parts)
	for _, live := range []string{"sms.example.gov.cn（受托发送短信、拨打语音电话）", "mail.example.gov.cn（受托发送电子邮件）", "1095天删除", "全员强制", "现有条数 2", "未启用第二因素的账号 3 / 3"} {
		if !strings.Contains(filled, live) {
			t.Errorf("the assessment does not say %q: %s", live, filled)
		}
	}
	press, err := document.New(document.DebianFonts())
	if err != nil {
		t.Skip("the fonts of the documents are missing: ", err)
	}
	pdf, err := press.Sheet(r.Assessment(document.Bureau{Name: "局"}))
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
		t.Errorf("the assessment: %d bytes, %v", len(pdf), err)
	}
}
