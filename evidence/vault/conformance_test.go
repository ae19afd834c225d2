package vault_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"

	"offsite/evidence"
	"offsite/evidence/vault"
)

// subject is a bucket of a store under test. Its vault asks nothing of the store by
// itself, so that also a store is examined that Open refuses.
type subject struct {
	v       *vault.Vault
	raw     minio.Core
	options vault.Options
}

// putBriefly stores what is to be kept for two seconds, by a vault that does so.
func (s *subject) putBriefly(ctx context.Context) (evidence.Receipt, error) {
	s.options.Retention = 2 * time.Second
	short, err := vault.Again(s.options)
	if err != nil {
		return evidence.Receipt{}, err
	}
	s.v = short
	r, _, err := s.put(ctx, 2000)
	return r, err
}

// put stores random bytes.
func (s subject) put(ctx context.Context, size int) (evidence.Receipt, [32]byte, error) {
	data := make([]byte, size)
	rand.Read(data)
	sum := sha256.Sum256(data)
	key := vault.Key(uuid.NewString(), time.Now())
	stored, err := s.v.Put(ctx, key, bytes.NewReader(data), int64(size), sum)
	return evidence.Receipt{
		BundleID: "b", Bucket: s.v.Bucket(), Key: key, VersionID: stored.VersionID, SizeBytes: int64(size), RetainUntil: stored.RetainUntil,
		Files: []evidence.Entry{{Path: "data/x", Offset: 512, SizeBytes: int64(size - 512), SHA256: fmt.Sprintf("%x", sha256.Sum256(data[512:]))}},
	}, sum, err
}

// locked tells whether the version is under lock as the receipt says, with its bytes.
func (s subject) locked(ctx context.Context, r evidence.Receipt, sum [32]byte) error {
	mode, until, err := s.v.Lock(ctx, r.Key, r.VersionID)
	if err != nil {
		return fmt.Errorf("the lock cannot be read: %w", err)
	}
	if mode != "COMPLIANCE" || until.Before(r.RetainUntil) {
		return fmt.Errorf("it says %q until %s", mode, until.Format(time.RFC3339))
	}
	return s.v.ReadBack(ctx, r.Key, r.VersionID, sum)
}

// attacked does what must be refused and tells whether the lock holds afterwards.
func attacked(attack func(ctx context.Context, s subject, r evidence.Receipt) error) func(context.Context, subject) error {
	return func(ctx context.Context, s subject) error {
		r, sum, err := s.put(ctx, 2000)
		if err != nil {
			return err
		}
		err = attack(ctx, s, r)
		var answer minio.ErrorResponse
		if err != nil && !errors.As(err, &answer) {
			return err
		}
		if held := s.locked(ctx, r, sum); held != nil {
			return held
		}
		if err == nil {
			return errors.New("it is answered as if it were done")
		}
		return nil
	}
}

func retain(mode *minio.RetentionMode, until *time.Time) func(context.Context, subject, evidence.Receipt) error {
	return func(ctx context.Context, s subject, r evidence.Receipt) error {
		return s.raw.PutObjectRetention(ctx, r.Bucket, r.Key, minio.PutObjectRetentionOptions{
			VersionID: r.VersionID, Mode: mode, RetainUntilDate: until, GovernanceBypass: true})
	}
}

// demands are what evidence wants of a store. Those that are needed are asked by Open
// too, in its own way: a store that lacks one is refused.
var demands = []struct {
	name   string
	needed bool
	holds  func(ctx context.Context, s subject) error
}{
	{"a version id for what is stored", true, func(ctx context.Context, s subject) error {
		r, _, err := s.put(ctx, 2000)
		if err == nil && r.VersionID == "" {
			err = errors.New("none is given")
		}
		return err
	}},
	{"the lock is kept as it was asked for (COMPLIANCE, its end)", true, func(ctx context.Context, s subject) error {
		r, sum, err := s.put(ctx, 2000)
		if err != nil {
			return err
		}
		return s.locked(ctx, r, sum)
	}},
	{"a locked version is not deleted", true, attacked(func(ctx context.Context, s subject, r evidence.Receipt) error {
		return s.raw.RemoveObject(ctx, r.Bucket, r.Key, minio.RemoveObjectOptions{VersionID: r.VersionID})
	})},
	{"… nor with the governance bypass", true, attacked(func(ctx context.Context, s subject, r evidence.Receipt) error {
		return s.raw.RemoveObject(ctx, r.Bucket, r.Key, minio.RemoveObjectOptions{VersionID: r.VersionID, GovernanceBypass: true})
	})},
	{"a retention is not shortened", true, attacked(func(ctx context.Context, s subject, r evidence.Receipt) error {
		mode, soon := minio.Compliance, time.Now().Add(time.Minute).UTC().Truncate(time.Second)
		return retain(&mode, &soon)(ctx, s, r)
	})},
	{"… nor weakened to GOVERNANCE", true, attacked(func(ctx context.Context, s subject, r evidence.Receipt) error {
		mode := minio.Governance
		return retain(&mode, &r.RetainUntil)(ctx, s, r)
	})},
	{"… nor lifted", true, attacked(retain(nil, nil))},
	{"an overwritten or deleted object keeps its locked version", true, func(ctx context.Context, s subject) error {
		r, sum, err := s.put(ctx, 2000)
		if err != nil {
			return err
		}
		if _, err := s.raw.Client.PutObject(ctx, r.Bucket, r.Key, strings.NewReader("over"), 4, minio.PutObjectOptions{}); err != nil {
			return err
		}
		if err := s.raw.RemoveObject(ctx, r.Bucket, r.Key, minio.RemoveObjectOptions{}); err != nil {
			return err
		}
		if err := s.locked(ctx, r, sum); err != nil {
			return err
		}
		_, found, err := s.v.Find(ctx, r.Key, r.SizeBytes, sum)
		if err == nil && !found {
			err = errors.New("its versions are not listed")
		}
		return err
	}},
	{"a retention is extended", true, func(ctx context.Context, s subject) error {
		r, sum, err := s.put(ctx, 2000)
		if err != nil {
			return err
		}
		r.RetainUntil, err = s.v.ExtendRetention(ctx, r, r.RetainUntil.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		return s.locked(ctx, r, sum)
	}},
	{"a legal hold is set, told and lifted", true, func(ctx context.Context, s subject) error {
		r, _, err := s.put(ctx, 2000)
		if err != nil {
			return err
		}
		for _, on := range []bool{true, false} {
			if err := s.v.Hold(ctx, r, on); err != nil {
				return err
			}
			status, err := s.raw.GetObjectLegalHold(ctx, r.Bucket, r.Key, minio.GetObjectLegalHoldOptions{VersionID: r.VersionID})
			if err != nil || (*status == minio.LegalHoldEnabled) != on {
				return fmt.Errorf("it is told otherwise than it was set: %w", err)
			}
		}
		return nil
	}},
	{"a legal hold outlives the retention", false, func(ctx context.Context, s subject) error {
		r, err := s.putBriefly(ctx)
		if err == nil {
			err = s.v.Hold(ctx, r, true)
		}
		if err != nil {
			return err
		}
		<-time.After(time.Until(r.RetainUntil) + 1500*time.Millisecond) // the store has a clock of its own
		if err := s.raw.RemoveObject(ctx, r.Bucket, r.Key, minio.RemoveObjectOptions{VersionID: r.VersionID}); err == nil {
			return errors.New("the version is deleted all the same; Offsite asks before it removes one")
		}
		return nil
	}},
	{"what has expired is removed", true, func(ctx context.Context, s subject) error {
		r, err := s.putBriefly(ctx)
		if err != nil {
			return err
		}
		<-time.After(time.Until(r.RetainUntil) + 1500*time.Millisecond)
		return s.v.Remove(ctx, r)
	}},
	{"bytes with another digest than was announced are not taken", true, func(ctx context.Context, s subject) error {
		_, err := s.v.Put(ctx, "bundles/wrong", strings.NewReader("bytes"), 5, sha256.Sum256([]byte("other bytes")))
		if err == nil {
			return errors.New("they are")
		}
		return nil
	}},
	{"large bundles in parts, under lock", true, func(ctx context.Context, s subject) error {
		r, sum, err := s.put(ctx, vault.MultipartFrom+1)
		if err != nil {
			return err
		}
		return s.locked(ctx, r, sum)
	}},
	{"ranges of a file in a bundle", true, func(ctx context.Context, s subject) error {
		r, _, err := s.put(ctx, 20_000)
		if err != nil {
			return err
		}
		for _, span := range [][2]int64{{0, -1}, {100, 50}, {19_000, -1}} {
			body, e, err := s.v.ReadEntry(ctx, r, "data/x", span[0], span[1])
			if err != nil {
				return err
			}
			n, err := io.Copy(io.Discard, body)
			body.Close()
			if want := span[1]; err != nil || n != cmp.Or(max(want, 0), e.SizeBytes-span[0]) {
				return fmt.Errorf("%d bytes come for %v: %w", n, span, err)
			}
		}
		return nil
	}},
	{"the store tells its time, and it is ours", true, func(ctx context.Context, s subject) error {
		if _, _, err := s.put(ctx, 2000); err != nil {
			return err
		}
		if skew, told := s.v.Skew(); !told || skew.Abs() > time.Minute {
			return fmt.Errorf("told: %v, %s apart", told, skew)
		}
		return nil
	}},
}

// examine asks everything of a store and gives a line for each demand, "" where it
// holds, and at last why Open refuses it.
func examine(t *testing.T, o vault.Options) (lines []string, refused error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	o.Bucket = "evidence-" + uuid.NewString()
	v, missing := vault.Connect(ctx, o)
	for _, d := range demands {
		failed := missing // without a bucket under lock nothing holds
		if failed == nil {
			failed = d.holds(ctx, subject{v: v, raw: v.Raw(), options: o})
		}
		said := ""
		if failed != nil {
			said = failed.Error()
		}
		lines = append(lines, said)
	}
	o.Bucket = "evidence-" + uuid.NewString()
	_, refused = vault.Open(ctx, o)
	return lines, refused
}

// judge fails where a store is taken that lacks something needed.
func judge(t *testing.T, lines []string, refused error) {
	t.Helper()
	for i, d := range demands {
		if lines[i] == "" {
			continue
		}
		t.Logf("%s: %s", d.name, lines[i])
		if d.needed && refused == nil {
			t.Errorf("evidence would be written there, though this does not hold: %s", d.name)
		}
	}
	t.Logf("refused: %v", refused)
}

// The store that Offsite brings along does all that is needed.
func TestEmbeddedStoreConforms(t *testing.T) {
	t.Parallel()
	lines, refused := examine(t, options(store.Endpoint()))
	if judge(t, lines, refused); refused != nil {
		t.Fatal(refused)
	}
}

// Every store that was asked for with -stores is examined; none may be taken that lacks
// something needed.
func TestStoresConform(t *testing.T) {
	if *wanted == "" {
		t.Skip("make conformance starts other stores")
	}
	page, err := filepath.Abs(*figures)
	if err != nil {
		t.Fatal(err)
	}
	table := &conformance{}
	lines, refused := examine(t, options(store.Endpoint()))
	judge(t, lines, refused)
	table.add("embedded (versitygw)", lines, refused)
	for _, name := range strings.Split(*wanted, ",") {
		t.Run(name, func(t *testing.T) {
			s := startOther(t, name)
			lines, refused := examine(t, s.options())
			judge(t, lines, refused)
			table.add(s.title(), lines, refused)
		})
	}
	if err := os.WriteFile(filepath.Join(page, "conformance.md"), []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// conformance is the table of what stores do.
type conformance struct {
	stores  []string
	lines   [][]string
	refused []error
}

func (c *conformance) add(store string, lines []string, refused error) {
	c.stores, c.lines, c.refused = append(c.stores, store), append(c.lines, lines), append(c.refused, refused)
}

// String is the table, and beneath it what stores say that lack something.
func (c *conformance) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| what is asked | %s |\n|%s\n", strings.Join(c.stores, " | "), strings.Repeat(" --- |", len(c.stores)+1))
	for i, d := range demands {
		fmt.Fprintf(&b, "| %s |", d.name)
		for s := range c.stores {
			word := "yes"
			if c.lines[s][i] != "" {
				word = "no"
			}
			fmt.Fprintf(&b, " %s |", word)
		}
		b.WriteString("\n")
	}
	b.WriteString("| **evidence is written there** |")
	for s := range c.stores {
		word := "**yes**"
		if c.refused[s] != nil {
			word = "**refused**"
		}
		fmt.Fprintf(&b, " %s |", word)
	}
	b.WriteString("\n")
	for s, refused := range c.refused {
		var no *vault.RefusedError
		if errors.As(refused, &no) {
			fmt.Fprintf(&b, "\n%s is refused: %s.\n", c.stores[s], plain(strings.Join(no.Reasons, "; ")))
		} else if refused != nil {
			fmt.Fprintf(&b, "\n%s is refused, since it cannot be used: %s.\n", c.stores[s], plain(errors.Unwrap(refused).Error()))
		}
	}
	return b.String()
}
