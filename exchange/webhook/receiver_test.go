package webhook_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTheReferenceReceiverTakesEachEventOnce runs docs/integration/receiver.py as its
// page says and delivers to it: signed, replayed, and forged.
func TestTheReferenceReceiverTakesEachEventOnce(t *testing.T) {
	t.Parallel()
	ctx, h := t.Context(), open(t)
	endpoint, secret := h.endpoint(t, "http://127.0.0.1:1")
	file := filepath.Join(t.TempDir(), "taken.ndjson")
	address := startReceiver(t, file, secret)
	moved := "http://" + address
	if _, err := h.pool.Exec(ctx, `UPDATE webhook_endpoint SET url = $2 WHERE id = $1`, endpoint, moved); err != nil {
		t.Fatal(err)
	}
	first, second := h.tell(t), h.tell(t)
	for _, event := range []string{first, second} {
		if again, err := h.Deliver(ctx, event, endpoint); err != nil || again != 0 {
			d, _ := h.Delivery(ctx, endpoint, event)
			t.Fatalf("%s: again in %s, %v: %+v", event, again, err, d.Tries)
		}
	}
	if n, err := h.Replay(ctx, "admin", endpoint, first, time.Time{}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if again, err := h.Deliver(ctx, first, endpoint); err != nil || again != 0 {
		t.Errorf("the replay is not taken: %s, %v", again, err)
	}
	if _, err := h.Rotate(ctx, "admin", endpoint); err != nil {
		t.Fatal(err)
	}
	if _, err := h.pool.Exec(ctx, `UPDATE webhook_endpoint SET previous_until = created_at WHERE id = $1`, endpoint); err != nil { // the old secret is over
		t.Fatal(err)
	}
	forged, err := h.Deliver(ctx, h.tell(t), endpoint)
	if err != nil || forged == 0 {
		t.Errorf("what another secret signed is taken: %s, %v", forged, err)
	}
	answer, err := http.Post(moved, "application/json", strings.NewReader(`{"type":"case.changed"}`))
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("what nobody signed: %v, %v", answer, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(string(text)) {
		var kept struct {
			ID    string
			Event struct{ Type string }
		}
		if err := json.Unmarshal([]byte(line), &kept); err != nil || kept.Event.Type != "case.changed" {
			t.Errorf("%s: %v", line, err)
		}
		ids = append(ids, kept.ID)
	}
	if len(ids) != 2 || ids[0] != first || ids[1] != second {
		t.Errorf("taken %v, want %s and %s", ids, first, second)
	}
}

// startReceiver starts the program and gives its address.
func startReceiver(t *testing.T, file, secret string) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("python3 runs the reference receiver: install it (make setup does)", err)
	}
	command := exec.CommandContext(t.Context(), python, filepath.Join("..", "..", "docs", "integration", "receiver.py"), "--listen", "127.0.0.1:0", "--file", file)
	command.Env = append(os.Environ(), "OFFSITE_WEBHOOK_SECRET="+secret)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "listening at "))
}
