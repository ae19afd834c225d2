package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process that watches cameras lets its timers be late, and one that does not does not.
func TestWatchingIsPatient(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"replay", "none.mp4", "--zones"}, "1000000"},
		{[]string{"verify", "none.tar", "--trust"}, "50000"},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			waits := filepath.Join(t.TempDir(), "waits") // nobody writes into it
			if err := syscall.Mkfifo(waits, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("offsite", append(c.args, waits)...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
			var got []byte
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && !strings.HasPrefix(string(got), c.want); time.Sleep(50 * time.Millisecond) {
				var err error
				if got, err = os.ReadFile(fmt.Sprintf("/proc/%d/timerslack_ns", cmd.Process.Pid)); err != nil {
					t.Skipf("SKIPPED: the slack of another process's timers cannot be read here: %v", err)
				}
			}
			if strings.TrimSpace(string(got)) != c.want {
				t.Errorf("the slack is %s ns, want %s", strings.TrimSpace(string(got)), c.want)
			}
		})
	}
}
