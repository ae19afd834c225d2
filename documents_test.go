package offsite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentsNameTestsThatExist: what security.md and compliance.md say is shown by
// a test is shown by one that is there.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	exists := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	eachTestFile(t, func(_ string, text []byte) {
		for _, match := range declared.FindAllSubmatch(text, -1) {
			exists[string(match[1])] = true
		}
	})
	named := regexp.MustCompile("`(Test\\w+)`")
	for _, page := range []string{"docs/security.md", "docs/compliance.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		all := named.FindAllSubmatch(text, -1)
		if len(all) < 10 {
			t.Errorf("%s names %d tests", page, len(all))
		}
		for _, match := range all {
			if !exists[string(match[1])] {
				t.Errorf("%s names %s, which is no test", page, match[1])
			}
		}
		unshown(t, page, string(text))
	}
}

// unshown refuses rows that are shown by nothing: no test, no target of make, and not left
// to the bureau in so many words.
func unshown(t *testing.T, page, text string) {
	t.Helper()
	targets := map[string]bool{}
	files, err := filepath.Glob("make/*.mk")
	if err != nil {
		t.Fatal(err)
	}
	target := regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	for _, file := range files {
		rules, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range target.FindAllStringSubmatch(string(rules), -1) {
			targets[match[1]] = true
		}
	}
	test, command := regexp.MustCompile("`Test\\w+`"), regexp.MustCompile("`make ([a-z-]+)")
	rows, inTable := 0, false
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		last := strings.TrimSpace(cells[len(cells)-1])
		switch {
		case !strings.HasPrefix(line, "|"):
			inTable = false
			continue
		case last == "shown by":
			inTable = true
			continue
		case !inTable || strings.HasPrefix(line, "| ---"):
			continue
		}
		rows++
		commands := command.FindAllStringSubmatch(last, -1)
		for _, match := range commands {
			if !targets[match[1]] {
				t.Errorf("%s names make %s, which is no target", page, match[1])
			}
		}
		if !test.MatchString(last) && len(commands) == 0 && !strings.Contains(last, "the bureau's") && last != "the tests named there" {
			t.Errorf("%s: a row is shown by nothing: %s", page, line)
		}
	}
	if rows < 20 {
		t.Errorf("%s has %d rows that are to be shown", page, rows)
	}
}

// TestEveryFuzzTargetStandsInTheSecurityPage: its table names the package and the count is true.
func TestEveryFuzzTargetStandsInTheSecurityPage(t *testing.T) {
	text, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	count := 0
	eachTestFile(t, func(path string, source []byte) {
		targets := declared.FindAllSubmatch(source, -1)
		count += len(targets)
		if dir := filepath.Dir(path); len(targets) > 0 && !strings.Contains(page, "`"+dir+"`") && !strings.Contains(page, "`"+filepath.Dir(dir)+"/*`") {
			t.Errorf("docs/security.md does not name %s, where %s is", dir, targets[0][1])
		}
	})
	if said := fmt.Sprintf("runs all %d,", count); !strings.Contains(page, said) {
		t.Errorf("docs/security.md does not say that make fuzz %s which are there", said)
	}
}

// eachTestFile gives every file of Go tests in the tree.
func eachTestFile(t *testing.T, each func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "build" || path == "data" || path == "web" || strings.HasPrefix(path, ".") && path != "."):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			each(path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
