package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A folder of thousands: a bar at a terminal, what does not hold by name, and a summary.
func TestAFolderOfThousandsIsVerified(t *testing.T) {
	t.Parallel()
	const n = 2000
	dir := t.TempDir()
	copyVector(t, "good-minimal.tar", filepath.Join(dir, "0000.tar"))
	for i := 1; i < n; i++ {
		if err := os.Link(filepath.Join(dir, "0000.tar"), filepath.Join(dir, fmt.Sprintf("%04d.tar", i))); err != nil {
			t.Fatal(err)
		}
	}
	copyVector(t, "broken-payload.tar", filepath.Join(dir, "altered.tar"))
	seen, screen := terminal(t)
	var shown bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(&shown, seen) // ends with an error, once nobody writes there any more
	}()
	cmd := exec.Command("offsite", "verify", dir, "--trust", "../../docs/formats/vectors/trust.json", "--language", "en")
	cmd.Stderr = screen
	out, err := cmd.Output()
	screen.Close()
	<-ended
	if cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	text := string(out)
	if want := fmt.Sprintf("%d bundles: %d hold, 1 were tampered with, 0 could not be checked", n+1, n); !strings.Contains(text, want) {
		t.Errorf("it does not say %q:\n%s", want, text)
	}
	if strings.Count(text, ".tar: bundle") != 1 || !strings.Contains(text, "altered.tar: bundle") {
		t.Errorf("it names others than the one that was altered:\n%s", text)
	}
	if !regexp.MustCompile(fmt.Sprintf(`\d+ ?%%.*/%d`, n+1)).Match(shown.Bytes()) {
		t.Errorf("no bar is shown at the terminal: %.500q", shown.Bytes())
	}
}

func copyVector(t *testing.T, name, to string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../docs/formats/vectors", name))
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// terminal is a screen to write to, and where one sees what is on it.
func terminal(t *testing.T) (seen, screen *os.File) {
	t.Helper()
	seen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("NOT TESTED: this machine gives no terminal: ", err)
	}
	t.Cleanup(func() { seen.Close() })
	if err := unix.IoctlSetPointerInt(int(seen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(seen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return seen, screen
}
