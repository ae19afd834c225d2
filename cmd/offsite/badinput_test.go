package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/verify"
)

// badInput is something that is no sound bundle, and what the program must say of it.
type badInput struct {
	vector  string // of docs/formats, with its receipt
	receipt string // else than the one beside it
	make    func(t *testing.T) endless
	exit    int
	check   string // the check that does not hold
	zh, en  string // within its sentence
}

// endless is a tar that ends late or never, and how much of it was read.
type endless struct {
	tar  io.ReadCloser
	read func() int64
}

// badInputs are those that an issue of this project counts up.
var badInputs = map[string]badInput{
	"a name with ..":                   {vector: "broken-name", exit: 1, check: verify.CheckContainer, zh: "文件名不合规则", en: "file name"},
	"an absolute name":                 {vector: "broken-absolute", exit: 1, check: verify.CheckContainer, zh: "包号不合规则", en: "bundle id"},
	"a link":                           {vector: "broken-link", exit: 1, check: verify.CheckContainer, zh: "不是普通文件", en: "no plain file"},
	"a device":                         {vector: "broken-device", exit: 1, check: verify.CheckContainer, zh: "不是普通文件", en: "no plain file"},
	"a file twice":                     {vector: "broken-duplicate", exit: 1, check: verify.CheckContainer, zh: "文件名重复", en: "another file of this name"},
	"a name in another case":           {vector: "broken-case", exit: 1, check: verify.CheckContainer, zh: "文件名重复（不分大小写）", en: "case ignored"},
	"a sparse file":                    {vector: "broken-sparse", exit: 1, check: verify.CheckContainer, zh: "不是普通文件", en: "no plain file"},
	"a hole of 1 TiB":                  {make: hole, exit: 1, check: verify.CheckContainer, zh: "归档结尾之后还有内容", en: "something follows the end"},
	"a million entries":                {make: million, exit: 1, check: verify.CheckContainer, zh: "文件超过 10000 个", en: "more than 10000 files"},
	"a claim of 8 GiB":                 {vector: "broken-bomb", exit: 1, check: verify.CheckContainer, zh: "声称的大小超出上限", en: "more than the whole may have"},
	"a claim of 1 TiB":                 {vector: "broken-huge", exit: 1, check: verify.CheckContainer, zh: "无法读出大小", en: "size cannot be read"},
	"a claim of 1 TiB before the file": {vector: "broken-huge-pax", exit: 1, check: verify.CheckContainer, zh: "不是普通文件", en: "no plain file"},
	"a manifest with a name twice":     {vector: "broken-manifest-twice", exit: 1, check: verify.CheckManifest, zh: "封存清单无法读取或被改写", en: "the same name twice in one object"},
	"a manifest with a huge number":    {vector: "broken-manifest-number", exit: 1, check: verify.CheckManifest, zh: "封存清单无法读取或被改写", en: "cannot be read"},
	"a manifest that is no UTF-8":      {vector: "broken-manifest-text", exit: 1, check: verify.CheckManifest, zh: "封存清单无法读取或被改写", en: "it is not UTF-8"},
	"a token with another imprint":     {vector: "broken-token-imprint", exit: 1, check: verify.CheckTimestamp, zh: "时间戳是对其他内容作出的", en: "over another digest"},
	"a token of an unknown authority":  {vector: "unknown-authority", exit: 2, check: verify.CheckTimestamp, zh: "时间戳机构不在 trust.json 中", en: "no trusted authority"},
	"a token by a lapsed certificate":  {vector: "broken-token-expired", exit: 1, check: verify.CheckTimestamp, zh: "证书在该时刻不在有效期内", en: "not in force at its time"},
	"a receipt of another entry":       {vector: "broken-logged-other", exit: 1, check: verify.CheckLog, zh: "不在日志回执所指的位置", en: "the proof is broken"},
	"a receipt of another log":         {vector: "unknown-log", exit: 2, check: verify.CheckLog, zh: "不是 trust.json 所列日志签署的", en: "not signed by the log"},
	"a receipt without an end":         {vector: "good-minimal", receipt: "/dev/zero", exit: 1, check: verify.CheckLog, zh: "日志回执无法读取", en: "more than 65536 bytes"},
}

// hole is an end of a tar in a file of 1 TiB that takes no room.
func hole(t *testing.T) endless {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hole.tar")
	f, err := os.Create(path)
	if err == nil {
		err = f.Truncate(1 << 40)
	}
	if err != nil {
		t.Fatal(err)
	}
	return endless{f, func() int64 { // the program has read by the same handle
		at, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			t.Error(err)
		}
		return at
	}}
}

// million is a tar of a million empty files, made while it is read.
func million(t *testing.T) endless {
	t.Helper()
	r, w := io.Pipe()
	var taken atomic.Int64
	go func() {
		tar, err := bundle.NewWriter(counting{w, &taken}, "0198c000-0000-7000-8000-000000000001", time.Unix(1, 0))
		for i := 0; i < 1_000_000 && err == nil; i++ {
			err = tar.Add(fmt.Sprintf("data/%06d", i), nil)
		}
		w.CloseWithError(err)
	}()
	return endless{r, taken.Load}
}

// counting counts what is taken.
type counting struct {
	io.Writer
	n *atomic.Int64
}

func (c counting) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n.Add(int64(n))
	return n, err
}

const (
	badInputMiB  = 192                           // that a bad bundle takes beyond a good one, with the race detector too
	badInputRead = bundle.MaxFiles*512 + 256<<10 // of a tar that ends late or never; what waits in a pipe counts too
)

// TestBadInputEndsInASentence gives the program what nobody has sealed: status, sentence in
// both languages, as a report and as people read it, memory, and how much of it was read. A
// receipt of a forked log is TestAReceiptOfAForkIsFound's.
func TestBadInputEndsInASentence(t *testing.T) {
	t.Parallel()
	_, good := badInput{vector: "good-full"}.run(t, "--json")
	for name, in := range badInputs {
		t.Run(name, func(t *testing.T) {
			out, used := in.run(t, "--json")
			var report verify.Report
			if err := json.Unmarshal(out, &report); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if report.Exit() != in.exit || used.exit != in.exit {
				t.Errorf("exit %d, the report's %d, want %d", used.exit, report.Exit(), in.exit)
			}
			var said []string
			found := false
			for _, c := range report.Checks {
				if strings.Contains(c.ZH+c.EN, "\n") {
					t.Errorf("what it says of %s is no sentence: %s / %s", c.Name, c.ZH, c.EN)
				}
				if !c.OK {
					said = append(said, c.Name+": "+c.ZH+" / "+c.EN)
					found = found || c.Name == in.check && strings.Contains(c.ZH, in.zh) && strings.Contains(c.EN, in.en)
				}
			}
			if !found {
				t.Errorf("it does not say %q / %q of %s:\n%s", in.zh, in.en, in.check, strings.Join(said, "\n"))
			}
			if more := used.memoryMiB - good.memoryMiB; more > badInputMiB || used.read > badInputRead {
				t.Errorf("it took %d MiB more than a good bundle, and read %d bytes", more, used.read)
			}
			explainZH, explainEN := verify.Explain(in.check)
			in.isRead(t, "zh", in.zh, explainZH)
			in.isRead(t, "en", in.en, explainEN)
		})
	}
}

// isRead verifies it as a person does, who reads what is wrong and what that means.
func (in badInput) isRead(t *testing.T, language, wrong, means string) {
	t.Helper()
	out, used := in.run(t, "--explain", "--language", language)
	word := map[int]string{1: "WRONG", 2: "?    "}[in.exit]
	line := regexp.MustCompile(fmt.Sprintf(`(?m)^  %s %-10s .*%s.*\n(  .*\n)*? +%s$`, regexp.QuoteMeta(word), in.check, regexp.QuoteMeta(wrong), regexp.QuoteMeta(means)))
	if used.exit != in.exit || !line.Match(out) {
		t.Errorf("exit %d, want %d; it does not say %q and %q:\n%s", used.exit, in.exit, wrong, means, out)
	}
}

// used is what a run of the program took.
type used struct {
	exit      int
	memoryMiB int64 // at most
	read      int64 // bytes, of a tar that was made
}

// run verifies it in a process of its own, and gives what it says.
func (in badInput) run(t *testing.T, form ...string) (out []byte, u used) {
	t.Helper()
	const vectors = "../../docs/formats/vectors"
	args := append([]string{"verify", "--trust", filepath.Join(vectors, "trust.json")}, form...)
	if in.receipt != "" {
		args = append(args, "--receipt", in.receipt)
	}
	read := func() int64 { return 0 }
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // so that one that hangs is told
	defer cancel()
	cmd := exec.CommandContext(ctx, "offsite", append(args, filepath.Join(vectors, in.vector+".tar"))...)
	if in.make != nil {
		made := in.make(t)
		defer made.tar.Close()
		cmd = exec.CommandContext(ctx, "offsite", append(args, "-")...)
		cmd.Stdin, read = made.tar, made.read
	}
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, syscall.EPIPE) {
		t.Fatalf("%v: %s", err, wrong.Bytes())
	}
	took, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok || len(out) == 0 {
		t.Fatalf("it says nothing but %s", wrong.Bytes())
	}
	return out, used{exit: cmd.ProcessState.ExitCode(), memoryMiB: took.Maxrss >> 10, read: read()}
}
