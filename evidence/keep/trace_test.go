package keep_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fileCalls are the system calls that the walk lets fail: those that read a folder or a
// file, and those that change the disk. A question mark lets strace pass over names
// that a processor's Linux does not have.
var fileCalls = []string{
	"openat", "read", "pread64", "write", "pwrite64", "fsync", "?rename", "renameat", "renameat2",
	"?mkdir", "mkdirat", "?unlink", "unlinkat", "close", "getdents64", "flock",
}

// changing are those of them that need room on the disk, or write to it.
var changing = []string{"openat", "write", "pwrite64", "fsync", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "close"}

// call is a system call on a file.
type call struct {
	name  string
	paths []string // that it names, by name or by descriptor
	made  bool     // an openat that may have made the file
	nth   int      // of that name, on its thread, among those that name its first path

	thread string
}

func (c call) String() string {
	return fmt.Sprintf("%s of %s (number %d)", c.name, filepath.Base(c.paths[0]), c.nth)
}

var (
	callLine   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	pathInCall = regexp.MustCompile(`\b\d+<(/[^>]*)>|"(/[^"]*)"`)
)

// callsBelow reads what strace wrote of the calls on files below the folder, in their
// order.
func callsBelow(t *testing.T, trace, folder string) []call {
	t.Helper()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	var calls []call
	for line := range strings.Lines(string(text)) {
		m := callLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			continue
		}
		arguments, _, _ := strings.Cut(m[3], ") = ")
		c := call{name: m[2], thread: m[1], made: strings.Contains(arguments, "O_CREAT")}
		for _, p := range pathInCall.FindAllStringSubmatch(arguments, -1) {
			path := strings.TrimSuffix(p[1]+p[2], " (deleted)")
			if path == folder || strings.HasPrefix(path, folder+"/") {
				c.paths = append(c.paths, path)
			}
		}
		if len(c.paths) == 0 {
			continue
		}
		c.nth = 1
		for _, before := range calls {
			if before.name == c.name && before.thread == c.thread && slices.Contains(before.paths, c.paths[0]) {
				c.nth++
			}
		}
		calls = append(calls, c)
	}
	return calls
}

// moved is the same call of a run in another folder, with another bundle.
func (c call) moved(r *strings.Replacer) call {
	c.paths = slices.Clone(c.paths)
	for i, p := range c.paths {
		c.paths[i] = r.Replace(p)
	}
	return c
}

// strace runs a program that its arguments let fail where they say.
func strace(t *testing.T, trace string, cmd *exec.Cmd, arguments ...string) (killed bool, out string) {
	t.Helper()
	all := append([]string{"--follow-forks", "--decode-fds=path", "--string-limit=0", "--quiet=all", "--output=" + trace}, arguments...)
	traced := exec.CommandContext(t.Context(), "strace", append(all, cmd.Args...)...)
	traced.Env = cmd.Env
	said, err := traced.CombinedOutput()
	if err != nil && traced.ProcessState == nil {
		t.Fatalf("run strace: %v; install it, as make setup does", err)
	}
	if strings.Contains(string(said), "Operation not permitted") && strings.Contains(string(said), "PTRACE") {
		t.Skipf("this machine lets no program trace another: %s", said)
	}
	return strings.Contains(traced.ProcessState.String(), "signal: killed"), string(said)
}
