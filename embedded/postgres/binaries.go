package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

const leastMajor = 15

// binaries finds the folder that holds initdb and postgres of at least major
// version 15: the one named, PATH, pg_config, or Debian's.
func binaries(named string) (string, error) {
	candidates := []string{named}
	if named == "" {
		candidates = nil
		if path, err := exec.LookPath("postgres"); err == nil {
			candidates = append(candidates, filepath.Dir(path))
		}
		debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
		if err != nil {
			return "", err
		}
		sort.Slice(debian, func(i, j int) bool { return debianMajor(debian[i]) < debianMajor(debian[j]) })
		candidates = append(candidates, debian...)
		if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
			candidates = append(candidates, strings.TrimSpace(string(out)))
		}
	}
	var why []error
	for _, dir := range candidates {
		err := usable(dir)
		if err == nil {
			return dir, nil
		}
		why = append(why, err)
	}
	return "", fmt.Errorf("PostgreSQL %d or later is not installed: run apt-get install postgresql-15, or give database.url (%w)", leastMajor, errors.Join(append(why, errors.New("looked in PATH, /usr/lib/postgresql and pg_config"))...))
}

func debianMajor(dir string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	if err != nil {
		return 0
	}
	return n
}

var version = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func usable(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	m := version.FindStringSubmatch(string(out))
	if m == nil {
		return fmt.Errorf("%s: its version cannot be read from %q", dir, out)
	}
	if major, err := strconv.Atoi(m[1]); err != nil || major < leastMajor {
		return fmt.Errorf("%s: this is PostgreSQL %s", dir, m[1])
	}
	return nil
}
