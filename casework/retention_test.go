package casework_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/casework"
	"offsite/embedded/s3"
	"offsite/evidence"
	"offsite/evidence/bag"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/timestamp"
	"offsite/evidence/timestamp/token"
	"offsite/evidence/vault"
	"offsite/privacy"
	"offsite/registry"
	"offsite/registry/account"
)

// One store per process is all its library allows.
func TestEvidenceInTheStoreFollowsItsCase(t *testing.T) {
	reader, err := filepath.Abs(filepath.Join("..", "docs", "formats", "verify.py")) // the store moves the working directory
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	creds, err := s3.OpenCredentials(filepath.Join(dir, "s3.json"))
	if err != nil {
		t.Fatal(err)
	}
	server, err := s3.Start(t.Context(), s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: creds})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	open := func(bucket string, retention time.Duration) *vault.Vault {
		t.Helper()
		v, err := vault.Open(t.Context(), vault.Options{Endpoint: server.Endpoint(), AccessKey: creds.AccessKey, SecretKey: creds.SecretKey, Bucket: bucket, Retention: retention})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	client, err := minio.New(strings.TrimPrefix(server.Endpoint(), "http://"), &minio.Options{Creds: credentials.NewStaticV4(creds.AccessKey, creds.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a case is handed over whole", func(t *testing.T) { caseIsHandedOverWhole(t, open("evidence", 0), reader) })
	t.Run("what nobody confirmed goes, and the record says why", func(t *testing.T) { unconfirmedGoes(t, open("short", time.Second)) })
	t.Run("what lay in the archive for its time goes by two people's order", func(t *testing.T) { archiveGoes(t, open("archive", time.Second)) })
	t.Run("a lawsuit holds it", func(t *testing.T) { lawsuitHolds(t, open("held", 0), client) })
}

// put puts something under a receipt's key into the house's vault.
func (h *house) put(r *evidence.Receipt) {
	h.t.Helper()
	text := []byte("sealed " + r.BundleID)
	stored, err := h.vault.Put(h.t.Context(), r.Key, bytes.NewReader(text), int64(len(text)), sha256.Sum256(text))
	h.must(err)
	r.PreviousBundle, h.last = h.last, r.BundleID // what lies before it is named without its digest, as by version 0.1
	r.Bucket, r.VersionID = h.vault.Bucket(), stored.VersionID
}

// stamper is a timestamp authority by the house's clock, entered in trust.
func (h *house) stamper(trust *seal.Trust) *specimen.Stamper {
	h.t.Helper()
	s := specimen.NewStamper(h.t, h.clock.now)
	trust.AddAuthority("casework", s.CertificatePEM())
	return s
}

func unconfirmedGoes(t *testing.T, v *vault.Vault) {
	log, ring := openLog(t), keys(t)
	h := open(t, want{log: log, vault: v}) // the bureau's keys are away at first
	ctx := t.Context()
	expired := h.find(nil)
	h.clock.add(29 * 24 * time.Hour)
	if n, err := h.Clear(ctx); n != 0 || err != nil {
		t.Fatalf("%d deleted of a finding that may still be confirmed: %v", n, err)
	}
	h.clock.add(2 * 24 * time.Hour)
	_, err := h.Sweep(ctx)
	h.must(err)
	h.expect(expired, "rejected")
	sealed, err := h.Evidence(ctx, expired)
	h.must(err)
	h.must(v.Hold(ctx, sealed.Receipt, true))
	<-time.After(2500 * time.Millisecond) // the store has a clock of its own
	if n, err := h.Clear(ctx); n != 0 || err != nil {
		t.Fatalf("%d deleted that are on hold: %v", n, err)
	}
	h.must(v.Hold(ctx, sealed.Receipt, false))
	h.goes(expired, "三十日无人确认")
	if _, _, err := h.RemovalRecord(ctx, expired); !errors.Is(err, casework.ErrNotFound) {
		t.Fatalf("a removal record without keys: %v", err)
	}
	h.Book = h.book(account.New(h.pool), want{log: log, vault: v, sealer: func() (*seal.Sealer, error) { return nil, errors.New("the token is away") }})
	if _, err := h.Clear(ctx); err == nil || !strings.Contains(err.Error(), "the token is away") {
		t.Fatalf("nothing is said of keys that are away: %v", err)
	}
	h.Book = h.book(account.New(h.pool), want{log: log, vault: v, sealer: ring.Sealer})
	if _, err := h.Clear(ctx); err == nil || !strings.Contains(err.Error(), "no timestamp authority is configured") {
		t.Fatalf("nothing is said where no authority is asked: %v", err)
	}
	trusted := log.Trusted()
	trust := ring.Trust()
	trust.Log = &trusted
	first, second := h.stamper(trust), h.stamper(trust)
	h.Book = h.book(account.New(h.pool), want{log: log, vault: v, sealer: ring.Sealer, stampers: []timestamp.Stamper{first, second}})
	h.clock.add(time.Hour)
	if n, err := h.Clear(ctx); n != 0 || err != nil {
		t.Fatalf("%d deleted: %v", n, err)
	}
	h.recorded(expired, removal.Expired, trust)

	rejected := h.find(nil)
	h.must(h.do("r1", rejected, "reject", fields{"reason": "系店内陈列"}))
	h.clock.add(31 * 24 * time.Hour)
	<-time.After(2500 * time.Millisecond)
	sealed, err = h.Evidence(ctx, rejected)
	h.must(err)
	h.must(v.Remove(ctx, sealed.Receipt)) // killed before it was recorded
	second.Away = errors.New("the authority is away")
	h.waits(rejected, second)
	h.gone(rejected, "审核未予确认")
	h.recorded(rejected, removal.Rejected, trust)
	h.exported(rejected, trust)

	confirmed := h.find(nil)
	h.must(h.do("r1", confirmed, "confirm", nil))
	h.clock.add(31 * 24 * time.Hour)
	if n, err := h.Clear(ctx); n != 0 || err != nil {
		t.Fatalf("%d deleted of a case: %v", n, err)
	}
	var left []string
	h.must(casework.Receipts(ctx, h.pool, func(r evidence.Receipt) error { left = append(left, r.BundleID); return nil }))
	if len(left) != 1 || left[0] != confirmed {
		t.Errorf("in the store lies %v, want %s alone", left, confirmed)
	}
	h.entered(expired)
}

// waits deletes a bundle while an authority is away: the deletion does not wait, its record does,
// signed as it was.
func (h *house) waits(id string, away *specimen.Stamper) {
	h.t.Helper()
	ctx := h.t.Context()
	if n, err := h.Clear(ctx); n != 1 || err == nil || !strings.Contains(err.Error(), "timestamp the removal record of bundle "+id+": the authority is away") {
		h.t.Fatalf("%d deleted while an authority is away: %v", n, err)
	}
	signed := func() (text string) {
		h.t.Helper()
		h.must(h.pool.QueryRow(ctx, `SELECT body FROM removal_record WHERE bundle = $1`, id).Scan(&text))
		return text
	}
	before := signed()
	e, err := h.Evidence(ctx, id)
	h.must(err)
	_, _, err = h.RemovalRecord(ctx, id)
	if there, missing := h.vault.FindBeside(ctx, e.Receipt, removal.File); !errors.Is(err, casework.ErrNotFound) || there != nil || missing != nil {
		h.t.Errorf("a record without its timestamps is given: %v, %q, %v", err, there, missing)
	}
	away.Away = nil
	h.clock.add(26 * time.Hour)
	if n, err := h.Clear(ctx); n != 0 || err != nil {
		h.t.Fatalf("%d deleted once the authority is back: %v", n, err)
	}
	if signed() != before {
		h.t.Error("the record was signed again")
	}
	text, _, err := h.RemovalRecord(ctx, id)
	h.must(err)
	r, err := removal.Parse(text)
	if err != nil || len(r.Timestamps) != 2 {
		h.t.Errorf("%d timestamps, %v", len(r.Timestamps), err)
	}
	at, err := token.Time(r.Timestamps[0])
	if late := at.Sub(r.Statement.Signed); err != nil || late < 25*time.Hour {
		h.t.Errorf("it was timestamped %s after it was signed, %v", late, err)
	}
}

// archiveGoes keeps an archived case's evidence until two people order otherwise.
func archiveGoes(t *testing.T, v *vault.Vault) {
	log, ring := openLog(t), keys(t)
	h := open(t, want{log: log, vault: v, sealer: ring.Sealer})
	ctx := t.Context()
	trusted := log.Trusted()
	trust := ring.Trust()
	trust.Log = &trusted
	id := h.serving(200_00)
	h.must(h.DeliverAll(ctx))
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(url)
	h.must(h.do("head", id, "archived", nil))
	<-time.After(2500 * time.Millisecond) // the store has a clock of its own, and knows of a second's lock alone

	office := privacy.New(privacy.Options{Pool: h.pool, Log: log, Bureau: "局", Now: h.clock.now})
	line := func() *privacy.Rule {
		t.Helper()
		schedule, err := office.Schedule(ctx)
		h.must(err)
		if i := slices.IndexFunc(schedule, func(r privacy.Rule) bool { return r.Key == privacy.ArchiveKey(2026) }); i >= 0 {
			return &schedule[i]
		}
		return nil
	}
	stays := func(when string) {
		t.Helper()
		h.must(office.Run(ctx))
		if n, err := h.Clear(ctx); n != 0 || err != nil {
			t.Fatalf("%s: %d deleted: %v", when, n, err)
		}
		h.clock.add(24 * time.Hour)
	}
	legal, head := privacy.Person{ID: h.staff["legal"].ID, Name: "法制"}, privacy.Person{ID: h.staff["head"].ID, Name: "负责人"}
	stays("just archived")
	if _, err := office.Order(ctx, legal, privacy.ArchiveKey(2026), 3650, "期满"); line() != nil || !errors.Is(err, registry.ErrInvalid) {
		t.Fatalf("it is proposed ten years early: %v", err)
	}
	h.clock.add(10*366*24*time.Hour + 40*24*time.Hour)
	h.Book = h.book(account.New(h.pool), want{log: log, vault: v, sealer: ring.Sealer, stampers: []timestamp.Stamper{h.stamper(trust)}})
	r := line()
	if r == nil || r.Least != 3650 || !strings.Contains(r.ZH, "2026年") || !strings.Contains(r.EN, "1 in all") {
		t.Fatalf("nothing is proposed after ten years: %+v", r)
	}
	stays("proposed")
	order, err := office.Order(ctx, legal, r.Key, 3650, "十年期满，经鉴定无保存价值")
	h.must(err)
	stays("ordered by one")
	if err := office.Agree(ctx, legal, order.ID); err == nil {
		t.Fatal("one person ordered and agreed")
	}
	h.must(office.Agree(ctx, head, order.ID))
	var bundles []evidence.Receipt // of the finding, and of the re-check
	h.must(casework.Receipts(ctx, h.pool, func(r evidence.Receipt) error { bundles = append(bundles, r); return v.Hold(ctx, r, true) }))
	stays("held for a suit")
	for _, r := range bundles {
		h.must(v.Hold(ctx, r, false))
	}
	if n, err := h.Clear(ctx); n != len(bundles) || n == 0 || err != nil {
		t.Fatalf("%d of %d deleted: %v", n, len(bundles), err)
	}
	for _, r := range bundles {
		h.recorded(r.BundleID, removal.Archived, trust)
		if body, err := v.ReadBundle(ctx, r); err == nil {
			body.Close()
			t.Error("the bundle still lies in the store")
		}
	}
	record := h.file(id).Record
	if last := record[len(record)-1]; last.Event != "evidence_removed" || !strings.HasPrefix(last.Reason, "案件已归档") {
		t.Errorf("the record ends with %+v", last)
	}
	h.must(h.CheckRecord(ctx, id))
	h.must(office.Run(ctx))
	if line() != nil {
		t.Error("what is gone is proposed")
	}
	runs, err := office.Runs(ctx)
	h.must(err)
	if !slices.ContainsFunc(runs, func(one privacy.Ran) bool {
		return strings.Contains(one.Text, `"key":"archive_2026","days":3650`) && strings.Contains(one.Text, `"count":1,"sha256":"`+privacy.Digest([]string{id}))
	}) {
		t.Error("no day's report names the case")
	}
}

// recorded looks at the record of a bundle's removal, as the bureau gives it and as it lies in
// the store, and at what it explains.
func (h *house) recorded(bundle, reason string, trust *seal.Trust) {
	h.t.Helper()
	ctx := h.t.Context()
	text, receipt, err := h.RemovalRecord(ctx, bundle)
	h.must(err)
	e, err := h.Evidence(ctx, bundle)
	h.must(err)
	for name, want := range map[string][]byte{removal.File: text, removal.Receipt: receipt} {
		if there, err := h.vault.ReadBeside(ctx, e.Receipt, name); err != nil || !bytes.Equal(there, want) {
			h.t.Errorf("%s in the store: %q, %v", name, there, err)
		}
	}
	r, gone, err := removal.Check(text, trust, removal.Options{Bundle: bundle, Receipt: receipt, Logged: true})
	if err != nil || gone == nil || gone.ManifestSHA256 != e.ManifestSHA256 || gone.Camera != e.Receipt.Camera || !gone.At.Equal(e.Removed.At) || gone.ZH != e.Removed.ZH {
		h.t.Errorf("%v: %+v explains %+v", err, r.Checks, gone)
	}
	if s, err := removal.Parse(text); err != nil || s.Statement.Reason != reason {
		h.t.Errorf("%v: it went for %q", err, s.Statement.Reason)
	}
	if before := e.Receipt.PreviousBundle; gone != nil && before != "" {
		there, err := h.Evidence(ctx, before)
		h.must(err)
		if gone.Previous != before || gone.PreviousManifestSHA256 != there.ManifestSHA256 {
			h.t.Errorf("before it lay %q under %q, it says %q under %q", before, there.ManifestSHA256, gone.Previous, gone.PreviousManifestSHA256)
		}
	}
	specimen.Fits(h.t, "removal", text)
	if _, err := h.pool.Exec(ctx, `UPDATE removal_record SET body = ''`); err == nil {
		h.t.Error("the record can be changed")
	}
}

// exported looks for the record in the case as a court gets it.
func (h *house) exported(id string, trust *seal.Trust) {
	h.t.Helper()
	text, err := trust.JSON()
	h.must(err)
	out := filepath.Join(h.t.TempDir(), "case")
	w, err := bag.Folder(out, h.clock.now())
	h.must(err)
	h.must(h.Export(h.t.Context(), h.staff["auditor"], id, "offsite test", h.vault, text, w))
	record, err := os.ReadFile(filepath.Join(out, "data", "bundles", id+"."+removal.File))
	h.must(err)
	receipt, err := os.ReadFile(filepath.Join(out, "data", "bundles", id+".removal.tlog-proof"))
	h.must(err)
	if r, gone, err := removal.Check(record, trust, removal.Options{Bundle: id, Receipt: receipt}); err != nil || gone == nil {
		h.t.Errorf("%v: %+v", err, r.Checks)
	}
}

// goes clears the store, of one bundle, and looks at what stays known of it.
func (h *house) goes(id, why string) {
	h.t.Helper()
	ctx := h.t.Context()
	if n, err := h.Clear(ctx); n != 1 || err != nil {
		h.t.Fatalf("%d deleted: %v", n, err)
	}
	h.gone(id, why)
}

// gone looks at what stays known of a bundle that was deleted.
func (h *house) gone(id, why string) {
	h.t.Helper()
	ctx := h.t.Context()
	if n, err := h.Clear(ctx); n != 0 || err != nil {
		h.t.Errorf("%d deleted again: %v", n, err)
	}
	gone, err := h.Evidence(ctx, id)
	h.must(err)
	if gone.Removed == nil || !strings.HasPrefix(gone.Removed.ZH, why) || gone.Removed.EN == "" || gone.ManifestSHA256 == "" {
		h.t.Errorf("what is known of the bundle: %+v", gone.Removed)
	}
	if body, err := h.vault.ReadBundle(ctx, gone.Receipt); err == nil {
		body.Close()
		h.t.Error("the bundle still lies in the store")
	}
	record := h.file(id).Record
	last := record[len(record)-1]
	if last.Event != "evidence_removed" || !strings.HasPrefix(last.Reason, why) || last.LabelZH == "" || last.LabelEN == "" {
		h.t.Errorf("the record ends with %+v", last)
	}
	h.must(h.CheckRecord(ctx, id))
	if _, err := h.pool.Exec(ctx, `DELETE FROM evidence_removed`); err == nil {
		h.t.Error("that it was deleted can be deleted")
	}
}

// lawsuitHolds follows the legal hold in the store from a lawsuit to its end.
func lawsuitHolds(t *testing.T, v *vault.Vault, client *minio.Client) {
	h := open(t, want{vault: v})
	ctx := t.Context()
	id := h.served(200_00)
	sealed, err := h.Evidence(ctx, id)
	h.must(err)
	locked := func() (held bool, until time.Time) {
		t.Helper()
		args, err := json.Marshal(casework.RetainArgs{CaseID: id})
		h.must(err)
		h.must(h.Work(ctx, casework.RetainArgs{}.Kind(), args))
		r := sealed.Receipt
		status, err := client.GetObjectLegalHold(ctx, r.Bucket, r.Key, minio.GetObjectLegalHoldOptions{VersionID: r.VersionID})
		held = err == nil && *status == minio.LegalHoldEnabled // no answer: none was ever set
		if !h.pending(id) {
			t.Errorf("no job retains the evidence of case %s", id)
		}
		info, err := client.StatObject(ctx, r.Bucket, r.Key, minio.StatObjectOptions{VersionID: r.VersionID})
		h.must(err)
		until, err = time.Parse(time.RFC3339, info.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"))
		h.must(err)
		return held, until
	}
	before, until := locked()
	if want := sealed.SealedAt.AddDate(2, 11, 0); before || until.Before(want) {
		t.Errorf("held %v, locked until %s, want three years with the case", before, until)
	}
	h.must(h.do("o1", id, "litigation", fields{"note": "已受理"}))
	if held, _ := locked(); !held {
		t.Error("evidence of a case before a court is not held")
	}
	if err := v.Remove(ctx, sealed.Receipt); !errors.Is(err, evidence.ErrLocked) {
		t.Errorf("it is deleted: %v", err)
	}
	h.must(h.do("o1", id, "upheld", fields{"note": "维持"}))
	if held, after := locked(); held || after.Before(until) {
		t.Errorf("after the lawsuit: held %v, locked until %s, before until %s", held, after, until)
	}
}

// pending tells whether a job that retains the case's evidence was inserted since it was
// asked last.
func (h *house) pending(id string) bool {
	h.t.Helper()
	tag, err := h.pool.Exec(h.t.Context(), `DELETE FROM river_job WHERE kind = $1 AND args->>'case_id' = $2`, casework.RetainArgs{}.Kind(), id)
	h.must(err)
	return tag.RowsAffected() > 0
}
