package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/evidence/bag"
	"offsite/evidence/bundle"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/translog"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/sample"
	"offsite/evidence/verify"
	"offsite/pipeline"
	"offsite/pipeline/infer"
)

// pageHost is where the page says that the log is.
const pageHost = "enforce.example.gov.cn"

// pageLine is what must come of an indented line of docs/verify-yourself.md.
type pageLine struct {
	command string
	folder  string                         // of the auditor's, in which it is run
	says    string                         // where all is sound, when its status is 0
	spoil   func(a *auditor, dir string)   // makes something wrong
	exit    int                            // its status then
	ends    func(cmd *exec.Cmd) (by error) // of a command that goes on for ever; nil: it ends by itself
}

var pageLines = []pageLine{
	{command: "offsite verify bundle.tar --trust trust.json", says: "ok    seal", spoil: (*auditor).flipBundle, exit: 1},
	{command: "offsite verify bundles/ --trust trust.json --chain", says: "2 bundles: 2 hold", spoil: (*auditor).loseOne, exit: 2},
	{command: "offsite verify bundles/ --trust trust.json --chain --logged", says: "was removed lawfully on", spoil: (*auditor).forgeRecord, exit: 1},
	{command: "offsite verify bundle.tar --trust trust.json --replay", says: "the rule comes to the same verdict", spoil: (*auditor).invent, exit: 1},
	{command: "python3 verify.py --trust trust.json bundle.tar", says: "all checks hold", spoil: (*auditor).flipBundle, exit: 1},
	{command: "python3 verify.py --trust trust.json --proof bundle.tlog-proof bundle.tar", says: "all checks hold", spoil: (*auditor).otherReceipt, exit: 1},
	{command: "python3 verify.py --trust trust.json --proof bundles/gone/removal.tlog-proof --removal bundles/gone/removal.json", says: "all checks hold", spoil: (*auditor).forgeRecord, exit: 1},
	{command: "offsite verify bundle.tar --trust trust.json --receipt bundle.tlog-proof", says: "ok    log", spoil: (*auditor).otherReceipt, exit: 1},
	{command: "offsite log prove https://" + pageHost + "/log/ bundle.tar --trust trust.json", says: "bundle.tlog-proof: bundle", spoil: (*auditor).fork, exit: 1},
	{command: "offsite log check https://" + pageHost + "/log/ --trust trust.json --state seen.json", says: "every entry is as the checkpoint says", spoil: (*auditor).fork, exit: 1},
	{command: "offsite log check https://" + pageHost + "/log/ --trust trust.json --receipt bundle.tlog-proof", says: "it holds all that it held when bundle.tlog-proof was given", spoil: (*auditor).fork, exit: 1},
	{command: "offsite log monitor https://" + pageHost + "/log/ --trust trust.json --state seen.json --every 5m", says: "entries, root", spoil: (*auditor).fork, exit: 1, ends: interrupt},
	{command: "offsite audit draw https://" + pageHost + "/log/ sample.json --trust trust.json", says: "what was drawn is the same", spoil: (*auditor).exchangeSample, exit: 1},
	{command: "sha256sum --check --strict --quiet manifest-sha256.txt", folder: "case", spoil: (*auditor).flipInBag, exit: 1},
	{command: "offsite verify data/bundles --trust data/trust.json", folder: "case", says: "1 bundles: 1 hold", spoil: (*auditor).flipInBag, exit: 1},
	{command: "python3 verify.py --trust data/trust.json --proof data/process-record.tlog-proof --record data/process-record.ndjson", folder: "case", says: "all checks hold", spoil: (*auditor).dropStep, exit: 1},
}

// TestVerifyYourselfLines runs the page's indented lines as they stand there, on what the
// page says is in the folder and on something that is wrong. docs/formats runs the blocks.
func TestVerifyYourselfLines(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("NOT TESTED: python3 is not installed")
	}
	page, err := os.ReadFile("../../docs/verify-yourself.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i, part := range strings.Split(string(page), "```") {
		for line := range strings.Lines(part) {
			if command, indented := strings.CutPrefix(line, "    "); i%2 == 0 && indented {
				lines = append(lines, strings.TrimSpace(command))
			}
		}
	}
	var known []string
	for _, l := range pageLines {
		known = append(known, l.command)
	}
	if !slices.Equal(lines, known) {
		t.Fatalf("the page has the lines\n%s\nand this test knows\n%s", strings.Join(lines, "\n"), strings.Join(known, "\n"))
	}
	a := newAuditor(t)
	for _, l := range pageLines {
		t.Run(l.command, func(t *testing.T) {
			a.t = t
			out, status := a.run(l, a.dir)
			if status != 0 || !strings.Contains(out, l.says) {
				t.Fatalf("where all is sound: status %d\n%s", status, out)
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(a.dir)); err != nil {
				t.Fatal(err)
			}
			l.spoil(a, dir)
			out, status = a.run(l, dir)
			a.served.Store(&a.log)
			if status != l.exit {
				t.Errorf("where something is wrong: status %d, want %d\n%s", status, l.exit, out)
			}
		})
	}
}

// auditor has the files that the page speaks of, and a log at its address.
type auditor struct {
	t      *testing.T
	dir    string
	maker  *specimen.Maker
	found  pipeline.Incident // what bundle.tar holds
	keeper translog.Options
	log    string                 // folder of the log
	served atomic.Pointer[string] // folder that is served as the log
	env    []string
}

func newAuditor(t *testing.T) *auditor {
	a := &auditor{t: t, dir: t.TempDir(), maker: specimen.New(t), found: found(t, "burning", false)}
	a.keeper = translog.Options{Dir: filepath.Join(t.TempDir(), "log"), KeyFile: filepath.Join(t.TempDir(), "log.key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond}
	a.log = a.keeper.Dir
	a.served.Store(&a.log)
	log := a.openLog(a.keeper)
	trusted := log.Trusted()
	a.maker.Trust.Log = &trusted
	a.bundles(log)
	a.drawn(log, trusted)
	a.courtFile(log)
	log.Stop()
	a.serve()
	return a
}

func (a *auditor) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *auditor) openLog(o translog.Options) *translog.Log {
	a.t.Helper()
	log, err := translog.Open(a.t.Context(), o)
	a.must(err)
	a.t.Cleanup(log.Stop)
	return log
}

func (a *auditor) write(path string, data []byte) {
	a.t.Helper()
	path = filepath.Join(a.dir, path)
	a.must(os.MkdirAll(filepath.Dir(path), 0o700))
	a.must(os.WriteFile(path, data, 0o600))
}

// entered makes a bundle's entry in the log, and gives its receipt.
func (a *auditor) entered(log *translog.Log, tar []byte) (receipt []byte, e proof.Entry) {
	a.t.Helper()
	report, err := verify.Bundle(a.t.Context(), bytes.NewReader(tar), a.maker.Trust, verify.Options{})
	a.must(err)
	e = proof.BundleEntry(report.Bundle, report.ManifestSHA256, report.SealedAt)
	receipt, err = log.Record(a.t.Context(), e)
	a.must(err)
	return receipt, e
}

// bundles are one with a finding, and two between which a third was removed.
func (a *auditor) bundles(log *translog.Log) {
	tar := sealed(a.t, a.maker, a.found)
	receipt, _ := a.entered(log, tar)
	trust, err := a.maker.Trust.JSON()
	a.must(err)
	reader, err := os.ReadFile("../../docs/formats/verify.py")
	a.must(err)
	for name, data := range map[string][]byte{"bundle.tar": tar, "bundle.tlog-proof": receipt, "trust.json": trust, "verify.py": reader} {
		a.write(name, data)
	}
	first := a.maker.Bundle(a.t, specimen.Spec{})
	c, err := bundle.Read(bytes.NewReader(first), bundle.Whole, 1<<20)
	a.must(err)
	second := specimen.Spec{Previous: &bundle.Link{Bundle: "0198c000-0000-7000-8000-0000000000e1", ManifestSHA256: strings.Repeat("e", 64)}}
	a.removed(log, c, *second.Previous)
	for name, tar := range map[string][]byte{"bundles/1": first, "bundles/2": a.maker.Bundle(a.t, second)} {
		receipt, _ := a.entered(log, tar)
		a.write(name+".tar", tar)
		a.write(name+".tlog-proof", receipt)
	}
}

// removed lays the record of a bundle that followed another and went after a month.
func (a *auditor) removed(log *translog.Log, after bundle.Contents, gone bundle.Link) {
	now := time.Now()
	m, err := bundle.ParseManifest(after.Text[bundle.ManifestDoc])
	a.must(err)
	digest, _ := after.File(bundle.ManifestDoc)
	text := a.maker.Removal(a.t, removal.Statement{Issuer: "bureau", Bundle: gone.Bundle, Camera: m.Camera, ManifestSHA256: gone.ManifestSHA256, Previous: &bundle.Link{Bundle: after.ID, ManifestSHA256: hex.EncodeToString(digest.SHA256[:])},
		Sealed: now.AddDate(0, 0, -31), KeptUntil: now.AddDate(0, 0, -1), Removed: now, Signed: now, Reason: removal.Expired, ZH: "三十日无人确认", EN: "nobody confirmed the finding"})
	e, err := removal.Entry(text)
	a.must(err)
	receipt, err := log.Record(a.t.Context(), e)
	a.must(err)
	a.write("bundles/gone/"+removal.File, text)
	a.write("bundles/gone/"+removal.Receipt, receipt)
}

// forgeRecord has the record speak of another bundle.
func (a *auditor) forgeRecord(dir string) {
	a.change(filepath.Join(dir, "bundles", "gone", removal.File), func(text []byte) []byte {
		return bytes.Replace(text, []byte("0000000000e1"), []byte("0000000000e2"), 1)
	})
}

// drawn is a sample of half of ten bundles, as the console gives it.
func (a *auditor) drawn(log *translog.Log, trusted seal.TrustedLog) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10 {
		_, err := log.Record(a.t.Context(), proof.BundleEntry(fmt.Sprint("bundle ", i), fmt.Sprintf("%064x", i), from.Add(time.Duration(i)*time.Second)))
		a.must(err)
	}
	terms := sample.Terms{From: from, To: from.Add(10 * time.Second), Rate: 0.5}
	text, err := json.Marshal(terms)
	a.must(err)
	promise := lot.Announcement{ID: "0198c000-0000-7000-8000-0000000000d1", Purpose: sample.Purpose, Terms: text, Announced: from.Add(time.Minute), Draws: from.Add(time.Hour)}
	published, err := promise.Bytes()
	a.must(err)
	promise, err = lot.Parse(published)
	a.must(err)
	first, second, err := promise.Entries()
	a.must(err)
	announced, err := log.Record(a.t.Context(), first)
	a.must(err)
	drawn, err := log.Record(a.t.Context(), second)
	a.must(err)
	seed, err := lot.Check(promise, announced, drawn, trusted.ForProofs())
	a.must(err)
	all, err := sample.Population(a.t.Context(), translog.Folder(log.Dir()), terms, seed.Index)
	a.must(err)
	given, err := json.Marshal(wire.Sample{ID: promise.ID, Seed: hex.EncodeToString(seed.Root), Index: seed.Index, Taken: true, Population: len(all),
		Members: sample.Take(seed, terms, all), AnnouncementText: string(published), AnnouncedProof: string(announced), DrawnProof: string(drawn)})
	a.must(err)
	a.write("sample.json", given)
}

// courtFile is a bag as casework exports a case; that it exports such a one is
// TestEvidenceInTheStoreFollowsItsCase's.
func (a *auditor) courtFile(log *translog.Log) {
	const id = "0198c000-0000-7000-8000-0000000000c1"
	var record bytes.Buffer
	last, at := [sha256.Size]byte{}, time.Date(2026, 11, 24, 2, 0, 0, 120_000_000, time.UTC)
	for seq := 1; seq <= 3; seq++ {
		previous := ""
		if seq > 1 {
			previous = hex.EncodeToString(last[:])
		}
		line := fmt.Sprintf(`{"case":%q,"seq":%d,"at":"2026-11-24T02:00:00.120000Z","event":"note","previous":%q}`, id, seq, previous)
		last = sha256.Sum256([]byte(line))
		record.WriteString(line + "\n")
	}
	stands, err := log.Record(a.t.Context(), proof.Entry{Kind: proof.KindCase, ID: id + "/3", SHA256: hex.EncodeToString(last[:]), At: at})
	a.must(err)
	w, err := bag.Folder(filepath.Join(a.dir, "case"), at)
	a.must(err)
	for name, from := range map[string]string{"bundles/1.tar": "bundle.tar", "bundles/1.tlog-proof": "bundle.tlog-proof", "trust.json": "trust.json"} {
		data, err := os.ReadFile(filepath.Join(a.dir, from))
		a.must(err)
		_, err = w.Add(name, bytes.NewReader(data))
		a.must(err)
	}
	_, err = w.Add("process-record.ndjson", &record)
	a.must(err)
	_, err = w.Add("process-record.tlog-proof", bytes.NewReader(stands))
	a.must(err)
	a.must(w.Close("case 1", "offsite test"))
	reader, err := os.ReadFile(filepath.Join(a.dir, "verify.py"))
	a.must(err)
	a.write("case/verify.py", reader)
}

// serve answers for the page's address: what asks for it is led here, and trusts here.
func (a *auditor) serve() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: pageHost}, DNSNames: []string{pageHost},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	a.must(err)
	log := httptest.NewUnstartedServer(http.StripPrefix("/log", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		translog.Handler(*a.served.Load()).ServeHTTP(w, r)
	})))
	log.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	log.StartTLS()
	a.t.Cleanup(log.Close)
	way := httptest.NewServer(tunnel(log.Listener.Addr().String()))
	a.t.Cleanup(way.Close)
	certificate := filepath.Join(a.t.TempDir(), "authority.pem")
	a.must(os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	a.env = append(os.Environ(), "LC_ALL=C", "HTTPS_PROXY="+way.URL, "https_proxy="+way.URL, "SSL_CERT_FILE="+certificate, infer.LibraryVariable+"="+fullPath(a.t, library()))
}

func fullPath(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// tunnel leads what wants to go to pageHost to an address here.
func tunnel(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != pageHost+":443" {
			http.Error(w, "there is no way to "+r.Host, http.StatusForbidden)
			return
		}
		out, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", to)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer out.Close()
		in, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer in.Close()
		if _, err := io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		go func() { _, _ = io.Copy(out, buffered); out.Close() }() // ends with either side
		_, _ = io.Copy(in, out)
	})
}

// run runs a line of the page by a shell, and gives what it says and its status.
func (a *auditor) run(l pageLine, dir string) (string, int) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", "exec "+l.command)
	cmd.Dir, cmd.Env = filepath.Join(dir, l.folder), a.env
	var out, wrong bytes.Buffer
	cmd.Stderr = &wrong
	said, err := cmd.StdoutPipe()
	a.must(err)
	a.must(cmd.Start())
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		fmt.Fprintln(&out, lines.Text())
		if l.ends != nil {
			a.must(l.ends(cmd))
		}
	}
	a.must(lines.Err())
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		a.t.Fatal(err)
	}
	return out.String() + wrong.String(), cmd.ProcessState.ExitCode()
}

func interrupt(cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGINT) }

// change replaces a file of the folder by what comes of it.
func (a *auditor) change(path string, to func([]byte) []byte) {
	a.t.Helper()
	data, err := os.ReadFile(path)
	a.must(err)
	changed := to(bytes.Clone(data))
	if bytes.Equal(changed, data) {
		a.t.Fatalf("%s is not changed", path)
	}
	a.must(os.WriteFile(path, changed, 0o600))
}

func flipped(data []byte) []byte {
	data[len(data)/2] ^= 1
	return data
}

func (a *auditor) flipBundle(dir string) { a.change(filepath.Join(dir, "bundle.tar"), flipped) }

func (a *auditor) flipInBag(dir string) {
	a.change(filepath.Join(dir, "case", "data", "bundles", "1.tar"), flipped)
}

func (a *auditor) loseOne(dir string) { a.must(os.Remove(filepath.Join(dir, "bundles", "1.tar"))) }

// invent seals a finding that its pixels do not show.
func (a *auditor) invent(dir string) {
	invented := a.found
	invented.Values = map[string]float64{"score": 0.99, "change": 0.9}
	a.must(os.WriteFile(filepath.Join(dir, "bundle.tar"), sealed(a.t, a.maker, invented), 0o600))
}

// otherReceipt is one of another entry.
func (a *auditor) otherReceipt(dir string) {
	a.change(filepath.Join(dir, "bundle.tlog-proof"), func(text []byte) []byte {
		return bytes.Replace(text, []byte("\nindex 0\n"), []byte("\nindex 1\n"), 1)
	})
}

// fork has another log served, of the same name and key.
func (a *auditor) fork(string) {
	o := a.keeper
	o.Dir = filepath.Join(a.t.TempDir(), "log")
	log := a.openLog(o)
	for i := range 20 {
		_, err := log.Record(a.t.Context(), proof.Entry{Kind: proof.KindCase, ID: fmt.Sprint("forked ", i), SHA256: strings.Repeat("0", 64), At: time.Unix(int64(i), 0)})
		a.must(err)
	}
	log.Stop()
	a.served.Store(&o.Dir)
}

// exchangeSample names another bundle than was drawn.
func (a *auditor) exchangeSample(dir string) {
	a.change(filepath.Join(dir, "sample.json"), func(text []byte) []byte {
		var given wire.Sample
		a.must(json.Unmarshal(text, &given))
		given.Members[0].Bundle = "another"
		text, err := json.Marshal(given)
		a.must(err)
		return text
	})
}

// dropStep takes a step out of the process record.
func (a *auditor) dropStep(dir string) {
	a.change(filepath.Join(dir, "case", "data", "process-record.ndjson"), func(text []byte) []byte {
		lines := bytes.SplitAfter(text, []byte("\n"))
		return bytes.Join(slices.Delete(lines, 1, 2), nil)
	})
}
