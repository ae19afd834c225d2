package bench

import (
	"os"
	"os/exec"
	"testing"
)

func TestTreeCountsChildren(t *testing.T) {
	t.Parallel()
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	u, err := Tree(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if u.Processes < 2 || u.MemoryMiB < 1 {
		t.Errorf("Tree of this test and its child: %+v", u)
	}
}

func TestTreeOfNoProcess(t *testing.T) {
	t.Parallel()
	if _, err := Tree(1 << 30); err == nil {
		t.Error("a process that does not exist was measured")
	}
}
