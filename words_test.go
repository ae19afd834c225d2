package offsite_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"offsite/casework/flow"
	"offsite/models"
	"offsite/registry/account"
)

// named finds in a file what a pattern's group stands for.
func named(t *testing.T, pattern string, files ...string) []string {
	t.Helper()
	var all []string
	for _, glob := range files {
		found, err := filepath.Glob(glob)
		if err != nil || len(found) == 0 {
			t.Fatalf("no file is called %s: %v", glob, err)
		}
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
				all = append(all, m[1])
			}
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		t.Fatalf("%v name nothing like %s", files, pattern)
	}
	return all
}

// allowed are the values that the CHECK of a table's column lists in a migration.
func allowed(t *testing.T, file, table, column string) []string {
	t.Helper()
	body := named(t, `(?s)CREATE TABLE `+table+` \((.*?)\n\);`, "store/migrations/"+file)[0]
	list := regexp.MustCompile(`\n  ` + column + `\s.*CHECK \(` + column + ` IN \(([^)]*)\)`).FindStringSubmatch(body)
	if list == nil {
		t.Fatalf("%s: column %s of table %s lists no values", file, column, table)
	}
	return quoted(list[1:], "'")
}

// quoted are the words between quotes in texts.
func quoted(texts []string, quote string) (words []string) {
	for _, text := range texts {
		for _, m := range regexp.MustCompile(quote+`(\w+)`+quote).FindAllStringSubmatch(text, -1) {
			words = append(words, m[1])
		}
	}
	return words
}

// What the server names by a key has a word in Chinese and in English wherever the console
// asks a dictionary for it by a beginning and the key; without one the key itself would be
// read. The keys come from the code and the tables that make them.
func TestEveryKeyThatIsShownHasAWord(t *testing.T) {
	t.Parallel()
	var states, needs, seen []string
	table := flow.New()
	for _, s := range table.States {
		states = append(states, string(s.State))
	}
	for _, s := range table.Steps {
		if !slices.Equal(s.Roles, []flow.Role{flow.Party}) { // whose forms are the portal's
			needs = append(needs, s.Needs...)
		}
	}
	for _, name := range models.Names() {
		m, _, err := models.Load(models.Shipped(), name)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, m.Labels...)
	}
	roles := append(account.Roles(), string(flow.Party), string(flow.Cashier), string(flow.System))
	cameras := named(t, `(?m)^\t(?:Connecting|Live|Stalled|Failed)\s+= "(\w+)"`, "pipeline/node/status.go")
	const constant = `(?m)^\t\w+\s+= "(\w+)"`
	for _, one := range []struct {
		dictionary, beginning string
		keys                  []string
	}{
		{"app", "state_", states},
		{"app", "role_", roles},
		{"app", "camera_", append(cameras, "off", "unknown")},
		{"pages/cases", "need_", needs},
		{"pages/cases", "bundle_", named(t, `Kind\w*\s+=\s"(incident|recheck|inquiry)"`, "pipeline/watch/incident.go", "casework/room.go")},
		{"pages/cameras/timeline", "is_", append(slices.DeleteFunc(named(t, constant, "pipeline/node/status.go"), func(s string) bool { return s == "live" || s == "clear" }), "watched", "unknown", "off")},
		{"parts/seen", "seen_", seen},
		{"pages/settings/models", "name_", models.Names()},
		{"pages/findings", "value_", quoted(named(t, `map\[string\]float64\{([^}]+)\}`, "detectors/*/rule.go"), `"`)},
		{"pages/objects", "kind_", allowed(t, "0001_registry.sql", "object", "kind")},
		{"pages/objects", "grade_", named(t, `(?m)^\t(?:Red|Yellow|Green)\s+= "(\w+)"`, "registry/grade/formula.go")},
		{"pages/objects", "event_", named(t, `(?m)^\t\w+\s+= "(\w+)"\s+// \p{Han}`, "registry/grade/formula.go")},
		{"pages/leads", "step_", append(allowed(t, "0081_lead.sql", "lead", "state"), "alarm")},
		{"pages/transfers", "step_", allowed(t, "0082_transfer.sql", "transfer", "state")},
		{"pages/credit", "grounds_", named(t, `(?m)^\t\w+\s+= "(\w+)"\s+// \p{Han}`, "casework/credit/grounds.go")},
		{"pages/privacy", "how_", allowed(t, "0132_subject.sql", "subject_request", "how")},
		{"pages/privacy", "state_", allowed(t, "0132_subject.sql", "subject_request", "state")},
		{"portal", "draw_", allowed(t, "0053_draw.sql", "draw", "kind")},
		{"portal", "log_", named(t, `(?m)^\tKind\w+\s+= "(\w+)"`, "evidence/translog/proof/*.go")},
	} {
		text, err := os.ReadFile(filepath.Join("web", "src", one.dictionary, "words.ts"))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range one.keys {
			if n := strings.Count(string(text), "\n  "+one.beginning+key+": "); n != 2 {
				t.Errorf("%s/words.ts has %s%s in %d languages, want 2", one.dictionary, one.beginning, key, n)
			}
		}
	}
}
