package verify_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offsite/evidence/bundle"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/verify"
)

// stamped is the bundle with other tokens, which the list of tag files names.
func stamped(t *testing.T, tar []byte, tokens ...[]byte) []byte {
	t.Helper()
	c, err := bundle.Read(bytes.NewReader(tar), bundle.Whole, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	first, ok := c.File(bundle.Token)
	if !ok {
		t.Fatal("there is no token")
	}
	sealed := slices.Clone(tar[:first.Offset-512])
	if c, err = bundle.Read(bytes.NewReader(sealed), bundle.Part, 1<<30); err != nil {
		t.Fatal(err)
	}
	end, err := bundle.WriteEnd(c, tokens...)
	if err != nil {
		t.Fatal(err)
	}
	return append(sealed, end...)
}

// second is what docs/formats/verify.py says, which shares no line with ours.
func second(t *testing.T, tar []byte, trust *seal.Trust) (exit int, said string) {
	t.Helper()
	dir := t.TempDir()
	if err := errors.Join(trust.Write(filepath.Join(dir, "trust.json")), os.WriteFile(filepath.Join(dir, "bundle.tar"), tar, 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "../../docs/formats/verify.py", "--trust", filepath.Join(dir, "trust.json"), filepath.Join(dir, "bundle.tar"))
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestTokensBesideOthers: one that holds is enough beside a stranger's, and hides none that is
// wrong, wherever it stands.
func TestTokensBesideOthers(t *testing.T) {
	t.Parallel()
	m, stranger := specimen.New(t), specimen.New(t)
	tar := m.Bundle(t, specimen.Spec{})
	c, err := bundle.Read(bytes.NewReader(tar), bundle.Whole, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(c.Text[bundle.ManifestDoc])
	stamp := func(m *specimen.Maker, digest [32]byte) []byte {
		t.Helper()
		tok, err := m.Stamper.Stamp(t.Context(), digest)
		if err != nil {
			t.Fatal(err)
		}
		return tok.DER
	}
	ours, theirs, lapsed := stamp(m, digest), stamp(stranger, digest), m.Lapsed(t, digest)
	other, no := stamp(m, sha256.Sum256([]byte("another manifest"))), []byte("no token")
	_, python := exec.LookPath("python3")
	if python != nil {
		t.Log("python3 is not installed: the second reader is not tried")
	}
	foreignLapsed := stranger.Lapsed(t, digest)
	for name, s := range map[string]struct {
		tokens [][]byte
		exit   int
		file   string // that is named
		zh, en string
	}{
		"ours":                              {[][]byte{ours}, 0, "", "", ""},
		"ours, and a stranger's":            {[][]byte{ours, theirs}, 0, "", "", ""},
		"a stranger's, and ours":            {[][]byte{theirs, ours}, 0, "", "", ""},
		"a stranger's":                      {[][]byte{theirs}, 2, bundle.Token, "不在 trust.json 中", "no trusted authority"},
		"a stranger's that has lapsed":      {[][]byte{foreignLapsed}, 2, bundle.Token, "不在 trust.json 中", "no trusted authority"},
		"ours, and one that has lapsed":     {[][]byte{ours, lapsed}, 1, bundle.TokenPath(1), "不在有效期内", "not in force"},
		"one that has lapsed, and ours":     {[][]byte{lapsed, ours}, 1, bundle.Token, "不在有效期内", "not in force"},
		"ours, and one of another manifest": {[][]byte{ours, other}, 1, bundle.TokenPath(1), "其他内容", "another digest"},
		"ours, and none":                    {[][]byte{ours, no}, 1, bundle.TokenPath(1), "无法读取", ""},
		"a stranger's, and one of another":  {[][]byte{theirs, other}, 1, bundle.TokenPath(1), "其他内容", "another digest"},
	} {
		altered := stamped(t, tar, s.tokens...)
		if python == nil {
			if exit, said := second(t, altered, m.Trust); exit != s.exit {
				t.Errorf("%s: the second reader ends with %d, want %d:\n%s", name, exit, s.exit, said)
			}
		}
		r := check(t, altered, m.Trust)
		if r.Exit() != s.exit {
			t.Errorf("%s: exit %d, want %d:\n%s", name, r.Exit(), s.exit, wrong(r))
		}
		said := s.exit == 0
		for _, c := range r.Checks {
			said = said || !c.OK && c.Unchecked == (s.exit == 2) && c.Name == verify.CheckTimestamp && c.File == s.file && strings.Contains(c.ZH, s.zh) && strings.Contains(c.EN, s.en)
		}
		if !said {
			t.Errorf("%s: it does not say %q / %q of %s:\n%s", name, s.zh, s.en, s.file, wrong(r))
		}
	}
}
