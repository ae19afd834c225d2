package removal_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/canonical"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/translog"
	"offsite/evidence/verify"
)

const (
	bundleID = "0198c000-0000-7000-8000-000000000002"
	before   = "0198c000-0000-7000-8000-000000000001"
	other    = "0198c000-0000-7000-8000-000000000009"
)

var sealed = time.Date(2026, 10, 20, 2, 0, 0, 0, time.UTC)

// bureau is a ring of keys, an authority whose clock is the statement's, and a log.
type bureau struct {
	t       *testing.T
	ring    *seal.Ring
	now     time.Time // of the ring
	at      time.Time // of the authority
	stamper *specimen.Stamper
	log     *translog.Log
}

func open(t *testing.T, algorithms ...string) *bureau {
	t.Helper()
	b := &bureau{t: t, now: sealed}
	var err error
	b.ring, err = seal.OpenRing(t.TempDir(), func() time.Time { return b.now })
	b.must(err)
	for _, a := range append([]string{seal.Ed25519}, algorithms...) {
		_, err := b.ring.Create(a)
		b.must(err)
	}
	b.at = statement().Signed
	b.stamper = specimen.NewStamper(t, func() time.Time { return b.at })
	b.must(b.ring.TrustAuthority("removals", b.stamper.CertificatePEM()))
	return b
}

func (b *bureau) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// keepLog opens the bureau's log and enters it into trust.json.
func (b *bureau) keepLog() {
	b.t.Helper()
	dir := b.t.TempDir()
	var err error
	b.log, err = translog.Open(b.t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Origin: "removal.invalid/log", Interval: 100 * time.Millisecond})
	b.must(err)
	b.t.Cleanup(b.log.Stop)
	b.must(b.ring.TrustLog(b.log.Trusted()))
}

// statement is that of a finding nobody confirmed, deleted on the thirty-first day.
func statement() removal.Statement {
	removed := sealed.Add(31 * 24 * time.Hour)
	return removal.Statement{Issuer: "某局", Bundle: bundleID, Camera: "camera", ManifestSHA256: strings.Repeat("a", 64), Previous: &bundle.Link{Bundle: before, ManifestSHA256: strings.Repeat("b", 64)}, Sealed: sealed,
		KeptUntil: sealed.Add(30 * 24 * time.Hour), Removed: removed, Signed: removed, Reason: removal.Expired, ZH: "三十日无人确认", EN: "nobody confirmed the finding"}
}

// signed is a record that no authority has stamped.
func (b *bureau) signed(change func(*removal.Statement)) []byte {
	b.t.Helper()
	s := statement()
	if change != nil {
		change(&s)
	}
	keys, err := b.ring.Sealer()
	b.must(err)
	text, err := removal.Make(keys, s)
	b.must(err)
	return text
}

// record is one that was stamped at once.
func (b *bureau) record(change func(*removal.Statement)) []byte {
	b.t.Helper()
	var signed time.Time
	text := b.signed(func(s *removal.Statement) {
		if change != nil {
			change(s)
		}
		signed = s.Signed
	})
	return b.stamped(text, signed)
}

// stamped is a signed record with a token of that time.
func (b *bureau) stamped(text []byte, at time.Time) []byte {
	b.t.Helper()
	whole, err := removal.Stamp(text, [][]byte{b.token(text, at)})
	b.must(err)
	return whole
}

func (b *bureau) token(text []byte, at time.Time) []byte {
	b.t.Helper()
	digest, err := removal.Imprint(text)
	b.must(err)
	b.at = at
	t, err := b.stamper.Stamp(b.t.Context(), digest)
	b.must(err)
	return t.DER
}

func (b *bureau) entered(text []byte) []byte {
	b.t.Helper()
	e, err := removal.Entry(text)
	b.must(err)
	receipt, err := b.log.Record(b.t.Context(), e)
	b.must(err)
	return receipt
}

// says checks a record and expects status and a part of what is said at a check.
func (b *bureau) says(text []byte, o removal.Options, status int, name, en string) *verify.Removal {
	b.t.Helper()
	r, gone, err := removal.Check(text, b.ring.Trust(), o)
	b.must(err)
	if r.Exit() != status || (gone != nil) != (status == 0) || r.Kind != removal.Kind {
		b.t.Errorf("status %d, want %d, explains %v: %+v", r.Exit(), status, gone, r.Checks)
	}
	for _, c := range r.Checks {
		if c.ZH == "" || c.EN == "" {
			b.t.Errorf("a check says nothing: %+v", c)
		}
		if c.Name == name && c.OK == (status == 0) && strings.Contains(c.EN, en) {
			return gone
		}
	}
	b.t.Errorf("nothing of %q is said at %s: %+v", en, name, r.Checks)
	return gone
}

func TestALawfulRemovalIsTold(t *testing.T) {
	t.Parallel()
	for name, algorithms := range map[string][]string{"Ed25519": nil, "with SM2": {seal.SM2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, algorithms...)
			b.keepLog()
			text := b.record(nil)
			gone := b.says(text, removal.Options{Bundle: bundleID, Receipt: b.entered(text), Logged: true}, 0, verify.CheckLog, "of the transparency log")
			if gone == nil || gone.Bundle != bundleID || gone.Previous != before || gone.PreviousManifestSHA256 != strings.Repeat("b", 64) || gone.ManifestSHA256 != strings.Repeat("a", 64) || gone.ZH == "" {
				t.Errorf("it explains %+v", gone)
			}
			b.says(append(bytes.Clone(text), '\n'), removal.Options{}, 0, verify.CheckRemoval, "removed lawfully on 2026-11-20T02:00:00Z because nobody confirmed the finding")
			b.says(b.record(func(s *removal.Statement) { s.Signed = s.Removed.AddDate(1, 0, 0) }), removal.Options{}, 0, verify.CheckSeal, "in force")
			b.says(b.record(func(s *removal.Statement) {
				s.Reason, s.Sealed, s.Previous = removal.Archived, s.KeptUntil.AddDate(-10, 0, -1), nil
			}), removal.Options{}, 0, verify.CheckRemoval, "removed lawfully on 2026-11-20")
		})
	}
}

// TestNothingElseExplainsAGap: each of these is what somebody would lay beside bundles who has
// taken one away.
func TestNothingElseExplainsAGap(t *testing.T) {
	t.Parallel()
	b, stranger := open(t, seal.SM2), open(t)
	b.keepLog()
	text := b.record(nil)
	receipt := b.entered(text)

	b.says(text, removal.Options{Bundle: other}, 1, verify.CheckRemoval, "not of "+other)
	b.says(stranger.record(nil), removal.Options{}, 2, verify.CheckSeal, "not among those of trust.json")
	b.says(stranger.record(nil), removal.Options{}, 2, verify.CheckTimestamp, "no trusted authority")
	b.says(b.record(func(s *removal.Statement) { s.KeptUntil = s.Sealed.Add(29 * 24 * time.Hour) }), removal.Options{}, 1, verify.CheckRemoval, "before its time was over")
	b.says(b.record(func(s *removal.Statement) { s.Removed = s.KeptUntil.Add(-time.Second) }), removal.Options{}, 1, verify.CheckRemoval, "before its time was over")
	b.says(b.record(func(s *removal.Statement) { s.Reason = removal.Archived }), removal.Options{}, 1, verify.CheckRemoval, "before its time was over")
	b.says(b.record(func(s *removal.Statement) { s.Reason = "tidied" }), removal.Options{}, 1, verify.CheckRemoval, "is no reason")
	b.says(b.record(func(s *removal.Statement) { s.Signed = s.Removed.Add(-time.Second) }), removal.Options{}, 1, verify.CheckRemoval, "older than the deletion")

	b.says(text, removal.Options{Logged: true}, 2, verify.CheckLog, "there is no receipt")
	next := b.record(func(s *removal.Statement) { s.Bundle = other })
	b.says(text, removal.Options{Receipt: b.entered(next)}, 1, verify.CheckLog, "the proof is broken")
	b.says(text, removal.Options{Receipt: []byte("no receipt")}, 1, verify.CheckLog, "the proof is broken")
	b.says(text, removal.Options{Receipt: bytes.Replace(receipt, []byte("removal.invalid/log\n"), []byte("another.invalid/log\n"), 1)}, 2, verify.CheckLog, "not signed by the log")

	forged := parsed(t, text)
	forged.Signatures[0] = parsed(t, stranger.record(nil)).Signatures[0]
	b.says(written(t, forged), removal.Options{}, 1, verify.CheckSeal, "not one of key")
	worded := parsed(t, text)
	worded.Statement.Bundle = other
	b.says(written(t, worded), removal.Options{Bundle: other}, 1, verify.CheckSeal, "not one of key")
	less := parsed(t, text)
	less.Statement.Keys, less.Signatures = less.Statement.Keys[:1], less.Signatures[:1]
	b.says(written(t, less), removal.Options{}, 1, verify.CheckSeal, "not one of key")
	alone := parsed(t, text)
	alone.Statement.Keys, alone.Signatures = alone.Statement.Keys[1:], alone.Signatures[1:]
	b.says(written(t, alone), removal.Options{}, 1, verify.CheckSeal, "names no Ed25519 key")
	bare := parsed(t, text)
	bare.Statement.Keys, bare.Signatures = nil, nil
	b.says(written(t, bare), removal.Options{}, 1, verify.CheckRemoval, "names 0 keys")
	half := parsed(t, text)
	half.Statement.Previous.ManifestSHA256 = ""
	b.says(written(t, half), removal.Options{}, 1, verify.CheckRemoval, "without its id or its digest")
}

// TestATimestampSaysWhen: one of another statement, from before the signature, broken, or of an
// authority that nobody trusts.
func TestATimestampSaysWhen(t *testing.T) {
	t.Parallel()
	b, stranger := open(t), open(t)
	at := statement().Signed
	signed := b.signed(nil)
	with := func(tokens ...[]byte) []byte {
		r := parsed(t, b.stamped(signed, at))
		r.Timestamps = tokens
		return written(t, r)
	}
	sound, strange := b.token(signed, at), stranger.token(signed, at)
	other := b.token(b.signed(func(s *removal.Statement) { s.Bundle = other }), at)
	b.says(with(sound), removal.Options{}, 0, verify.CheckTimestamp, "the record existed at 2026-11-20T02:00:00Z, says")
	b.says(b.stamped(signed, at.AddDate(0, 0, 3)), removal.Options{}, 0, verify.CheckTimestamp, "existed at 2026-11-23") // the authority was away
	b.says(with(strange, sound), removal.Options{}, 0, verify.CheckTimestamp, "the record existed at")
	b.says(with(strange), removal.Options{}, 2, verify.CheckTimestamp, "no trusted authority")
	b.says(with(other), removal.Options{}, 1, verify.CheckTimestamp, "over another digest")
	b.says(with(sound, other), removal.Options{}, 1, verify.CheckTimestamp, "over another digest")
	b.says(with([]byte("no token")), removal.Options{}, 1, verify.CheckTimestamp, "it is broken")
	b.says(b.stamped(signed, at.Add(-2*time.Minute)), removal.Options{}, 1, verify.CheckTimestamp, "before the record says it was signed")
	b.says(signed, removal.Options{}, 1, verify.CheckRemoval, "it has 0 timestamps")
	b.says(with(slices.Repeat([][]byte{{0}}, 9)...), removal.Options{}, 1, verify.CheckRemoval, "it has 9 timestamps")
	for n, tokens := range map[int][][]byte{0: nil, 9: slices.Repeat([][]byte{{0}}, 9), 1: {bytes.Repeat([]byte{0}, 100<<10)}} {
		if text, err := removal.Stamp(signed, tokens); err == nil {
			t.Errorf("%d tokens: %d bytes were written", n, len(text))
		}
	}
}

// A timestamp tells what was signed before the key was lost from what a thief has dated back.
func TestARevokedKeyExplainsWhatWasStampedBefore(t *testing.T) {
	t.Parallel()
	signed := statement().Signed
	for name, c := range map[string]struct {
		since, stamped time.Time
		status         int
		en             string
	}{
		"never counted":           {time.Time{}, signed, 1, "was revoked: stolen"},
		"lost before":             {signed.Add(-time.Minute), signed, 1, "was revoked: stolen"},
		"lost later":              {signed.Add(time.Hour), signed, 0, "in force at the time"},
		"lost before it is dated": {signed.Add(time.Hour), signed.Add(2 * time.Hour), 1, "was revoked: stolen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			text, old := b.stamped(b.signed(nil), c.stamped), b.ring.List()[0].ID
			b.now = signed
			_, err := b.ring.Rotate(seal.Ed25519)
			b.must(err)
			b.must(b.ring.Revoke(old, "stolen", c.since))
			b.says(text, removal.Options{}, c.status, verify.CheckSeal, c.en)
		})
	}
}

func TestARecordIsTakenAsItIsWrittenAlone(t *testing.T) {
	t.Parallel()
	b := open(t)
	text := string(b.record(nil))
	for name, bad := range map[string]string{
		"nothing":   "",
		"no JSON":   "removed",
		"null":      "null",
		"spaced":    strings.Replace(text, ":", ": ", 1),
		"more":      strings.Replace(text, `{"signatures"`, `{"also":1,"signatures"`, 1),
		"twice":     strings.Replace(text, `"bundle":`, `"bundle":"x","bundle":`, 1),
		"after it":  text + "{}",
		"format":    strings.Replace(text, removal.Format, "offsite-removal/2", 1),
		"unsigned":  strings.Replace(text, `{"signatures":[`, `{"signatures":["AA==",`, 1),
		"very long": strings.Repeat(" ", 129<<10) + text,
	} {
		if _, err := removal.Parse([]byte(bad)); err == nil {
			t.Errorf("%s: it was read", name)
		}
		b.says([]byte(bad), removal.Options{}, 1, verify.CheckRemoval, "read the removal record")
	}
}

// TestEveryChangedByteIsFound is the tamper walk of a record. A response of an authority holds
// bytes that nothing needs, a copy of its CA for one: of those the log's receipt tells.
func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.keepLog()
	text := b.record(nil)
	receipt, tokens := b.entered(text), bytes.Index(text, []byte(`"timestamps":`))
	for at := range text {
		changed := bytes.Clone(text)
		changed[at] ^= 1
		o := removal.Options{Bundle: bundleID, Receipt: receipt}
		if at < tokens { // signatures and timestamps alone must do
			o.Receipt = nil
		}
		if _, gone, err := removal.Check(changed, b.ring.Trust(), o); gone != nil || err != nil {
			t.Errorf("byte %d of %d is changed, and the record holds: %v", at, len(text), err)
		}
	}
}

func TestWhereARecordLiesSaysOfWhat(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		record bool
		of     string
	}{
		"bundles/" + bundleID + ".removal.json":                   {true, bundleID},
		"s3://b/bundles/2026/10/20/" + bundleID + "/removal.json": {true, bundleID},
		"removal.json":         {true, ""},
		"folder/removal.json":  {true, ""},
		"a.removal.tlog-proof": {false, "."},
		"bundles/1.tar":        {false, "."},
		"notes/unremoval.json": {false, "."},
	} {
		if removal.Is(name) != want.record || want.record && removal.Named(name) != want.of {
			t.Errorf("%s: a record %v, of %q", name, removal.Is(name), removal.Named(name))
		}
	}
	if got := removal.ReceiptOf("x/" + removal.File); got != "x/"+removal.Receipt {
		t.Errorf("its receipt lies at %s", got)
	}
}

func parsed(t *testing.T, text []byte) removal.Record {
	t.Helper()
	r, err := removal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// written is a record as whoever forges one would write it: in canonical form.
func written(t *testing.T, r removal.Record) []byte {
	t.Helper()
	text, err := canonical.Write(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// FuzzParse: what is read explains nothing without a key.
func FuzzParse(f *testing.F) {
	s := statement()
	s.Format = removal.Format
	text, err := json.Marshal(removal.Record{Statement: s, Signatures: [][]byte{{0}}, Timestamps: [][]byte{{0}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"signatures":["AA=="],"statement":{"bundle":"","camera":"","en":"","format":"offsite-removal/1","issuer":"","kept_until":"2026-11-30T02:00:00Z","keys":[{"algorithm":"ed25519","key":""}],"manifest_sha256":"","reason":"expire","removed":"2026-11-30T02:00:00Z","sealed":"2026-10-30T02:00:00Z","signed":"2026-11-30T02:00:00Z","zh":""},"timestamps":["AA=="]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := removal.Parse(in); err != nil {
			return
		}
		if r, gone, err := removal.Check(in, nil, removal.Options{}); err != nil || gone != nil || r.Exit() == 0 {
			t.Errorf("%v: a record holds without a key: %+v", err, r)
		}
	})
}
