package measure_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/bench"
)

var (
	fuzzer   = flag.String("fuzzer", "", "schemathesis")
	document = flag.String("document", "", "the OpenAPI document")
	requests = flag.Int("requests", 50_000, "how many to send")
	patience = flag.Duration("patience", 2*time.Hour, "how long to send them at most")
)

// TestFuzz sends requests that schemathesis makes from the OpenAPI document, lawful
// ones and broken ones, as everybody in turn, until there were enough. No answer may be
// a failure of the server, or one that the document does not know.
func TestFuzz(t *testing.T) {
	if *fuzzer == "" || *document == "" {
		t.Skip("SKIPPED: give -fuzzer and -document, as make fuzz-api does")
	}
	s := serve(t)
	known := filepath.Join(t.TempDir(), "known.json")
	s.know(t, known)
	began, sent := time.Now(), 0
	failures := map[string]int{}
	everybody := make([]string, 0, len(s.staff)+1)
	for name := range s.staff {
		everybody = append(everybody, name)
	}
	slices.Sort(everybody)
	everybody = append(everybody, "nobody")
	for turn := 0; turn < len(everybody) || sent < *requests && time.Since(began) < *patience; turn++ {
		name := everybody[turn%len(everybody)]
		s.prove(t)
		n, failed := s.fuzz(t, name, known, turn)
		sent += n
		for what, count := range failed {
			failures[what] += count
		}
		t.Logf("as %s: %d requests, %d in all", name, n, sent)
	}
	failed := 0
	for what, count := range failures {
		t.Errorf("%d × %s", count, what)
		failed += count
	}
	const command = "make fuzz-api"
	set := bench.Set{
		"requests":                    {Value: float64(sent), Unit: "requests", Goal: "≥ 50000", Command: command},
		"failures_or_unknown_answers": {Value: float64(failed), Unit: "answers", Goal: "= 0", Command: command},
		"callers":                     {Value: float64(len(everybody)), Unit: "callers", Command: command},
		"took":                        {Value: time.Since(began).Seconds(), Unit: "s", Command: command},
	}
	if err := set.Write(*figures, "fuzz-api"); err != nil {
		t.Fatal(err)
	}
	if err := set.Table(os.Stdout); err != nil {
		t.Fatal(err)
	}
}

// prove has everybody's password shown just now, as approvals want it. Who fuzzes has to
// wait for so many wrong ones that nobody could show it by the API.
func (s *served) prove(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `UPDATE account_session SET proved_at = now()`); err != nil {
		t.Fatal(err)
	}
}

// know writes down what exists, for hooks.py.
func (s *served) know(t *testing.T, file string) {
	t.Helper()
	ids := func(as, path, field string) (values []string) {
		var list struct{ Items []map[string]any }
		s.get(t, as, path, &list)
		for _, item := range list.Items {
			if v, ok := item[field].(string); ok && v != "" {
				values = append(values, v)
			}
		}
		return values
	}
	var documents []string
	cases := ids("auditor", "/cases", "id")
	for _, id := range cases {
		var c struct{ Documents []struct{ ID string } }
		s.get(t, "auditor", "/cases/"+id, &c)
		for _, d := range c.Documents {
			documents = append(documents, d.ID)
		}
	}
	text, err := json.Marshal(map[string]map[string][]string{
		"cameras": {"id": ids("operator", "/cameras", "id")}, "findings": {"id": ids("auditor", "/findings", "id")},
		"cases":   {"id": cases, "event": {"decide", "pass", "fail", "file", "propose", "submit", "identify", "dismiss", "serve", "publish"}},
		"objects": {"id": ids("auditor", "/objects", "id")}, "parties": {"id": ids("auditor", "/parties", "id")},
		"evidence":  {"bundle": ids("auditor", "/findings", "bundle"), "path": {"data/clip.mp4", "data/incident.json", "seal/manifest.json", "bagit.txt"}},
		"documents": {"id": documents}, "users": {"id": ids("auditor", "/users", "id")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// fuzz sends one turn of requests as one caller. Operations that end the caller's
// own session, or never end, are left out.
func (s *served) fuzz(t *testing.T, name, known string, turn int) (sent int, failed map[string]int) {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.ndjson")
	args := []string{
		"run", *document, "--url", s.url, "--checks",
		"not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
		"--phases", "coverage,fuzzing", "--max-examples", "12", "--continue-on-failure", "--no-color", "--warnings", "off", "--seed", strconv.Itoa(turn + 1),
		"--suppress-health-check", "all", "--request-timeout", "60", "--generation-database", "none", "--report", "ndjson", "--report-ndjson-path", report,
	}
	for _, id := range []string{"sign-out", "sign-in", "change-password", "end-session", "listen", "listen-party", "sign-in-elsewhere"} {
		args = append(args, "--exclude-operation-id", id)
	}
	if who, signedIn := s.staff[name]; signedIn {
		args = append(args, "--header", "Cookie: "+who.cookie, "--header", "X-CSRF-Token: "+who.csrf)
	}
	cmd := exec.Command(*fuzzer, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "SCHEMATHESIS_HOOKS="+hooks(t), "MEASURE_KNOWN="+known)
	text, err := cmd.CombinedOutput()
	if err != nil {
		kept := filepath.Join(*figures, "fuzz-"+name+"-"+strconv.Itoa(turn)+".txt")
		_ = os.WriteFile(kept, text, 0o600)
		t.Logf("as %s: %v; see %s", name, err, kept)
	}
	return counted(t, report)
}

func hooks(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("hooks.py")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// counted reads how many requests were answered, and which answers failed a check.
func counted(t *testing.T, report string) (sent int, failed map[string]int) {
	t.Helper()
	file, err := os.Open(report)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	failed = map[string]int{}
	lines := bufio.NewReader(file)
	for decoder := json.NewDecoder(lines); decoder.More(); {
		var line struct {
			ScenarioFinished *struct {
				Recorder struct {
					Label        string
					Interactions map[string]struct {
						Response *struct {
							Status int `json:"status_code"`
						}
					}
					Checks map[string][]struct {
						Name, Status string
					}
				}
			}
		}
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.ScenarioFinished == nil {
			continue
		}
		r := line.ScenarioFinished.Recorder
		sent += len(r.Interactions)
		for id, checks := range r.Checks {
			for _, c := range checks {
				if c.Status == "failure" {
					answer := ""
					if i := r.Interactions[id]; i.Response != nil {
						answer = strconv.Itoa(i.Response.Status) + " " + http.StatusText(i.Response.Status)
					}
					failed[strings.Join([]string{c.Name, r.Label, answer}, ": ")]++
				}
			}
		}
	}
	return sent, failed
}
