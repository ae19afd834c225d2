package lease_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
	"offsite/registry/lease"
	"offsite/store"
	"offsite/store/storetest"
)

// The test binary plays the part of a node that is killed.
func TestMain(m *testing.M) {
	if url := os.Getenv("OFFSITE_TEST_VICTIM"); url != "" {
		victim(url)
	}
	storetest.Main(m)
}

const shortTerm = 800 * time.Millisecond

func victim(url string) {
	pool, err := store.Open(context.Background(), url)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	set := func(held []lease.Lease) { fmt.Println(len(held)) }
	h := lease.NewHolder(lease.New(pool, "victim", lease.WithTerm(shortTerm)), set, nil, slog.Default())
	if err = h.Start(context.Background()); err != nil {
		os.Exit(1)
	}
	select {}
}

// cameras registers n cameras and returns their ids.
func cameras(t *testing.T, pool *pgxpool.Pool, n int) (*registry.Registry, []string) {
	t.Helper()
	secrets, err := registry.OpenSecrets(t.TempDir() + "/key")
	if err != nil {
		t.Fatal(err)
	}
	r := registry.New(pool, secrets)
	var ids []string
	for i := range n {
		c, err := r.CreateCamera(t.Context(), "test", registry.CameraDraft{
			CameraChange: registry.CameraChange{Name: fmt.Sprint("camera ", i)}, URL: "rtsp://192.0.2.1/" + fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	return r, ids
}

// clock is shared by all nodes of a test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)} }

func claim(t *testing.T, l *lease.Leases) map[string]int64 {
	t.Helper()
	held, err := l.Claim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]int64{}
	for _, h := range held {
		m[h.CameraID] = h.Fence
	}
	return m
}

// settle lets all nodes claim until nothing is on the move.
func settle(t *testing.T, nodes ...*lease.Leases) []map[string]int64 {
	t.Helper()
	held := make([]map[string]int64, len(nodes))
	for range 3 {
		for i, n := range nodes {
			held[i] = claim(t, n)
		}
	}
	return held
}

func sizes(held []map[string]int64) []int {
	var n []int
	for _, h := range held {
		n = append(n, len(h))
	}
	return n
}

func TestCamerasAreSharedOutFairly(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	r, ids := cameras(t, pool, 10)
	c := newClock()
	a, b, d := lease.New(pool, "a", lease.WithClock(c.now)), lease.New(pool, "b", lease.WithClock(c.now)), lease.New(pool, "d", lease.WithClock(c.now))

	if got := sizes(settle(t, a)); !slices.Equal(got, []int{10}) {
		t.Fatalf("one node holds %v", got)
	}
	if got := sizes(settle(t, a, b)); !slices.Equal(got, []int{5, 5}) {
		t.Fatalf("two nodes hold %v", got)
	}
	held := settle(t, a, b, d)
	if got := sizes(held); !slices.Equal(got, []int{4, 3, 3}) {
		t.Fatalf("three nodes hold %v", got)
	}
	seen := map[string]int{}
	for _, h := range held {
		for id := range h {
			seen[id]++
		}
	}
	for _, id := range ids {
		if seen[id] != 1 {
			t.Errorf("camera %s is held by %d nodes", id, seen[id])
		}
	}
	if again := settle(t, a, b, d); fmt.Sprint(again) != fmt.Sprint(held) {
		t.Errorf("cameras move without need: %v, then %v", held, again)
	}
	for id := range held[0] { // a removed camera is let go
		if err := r.RemoveCamera(t.Context(), "test", id, 0); err != nil {
			t.Fatal(err)
		}
		break
	}
	if got := sizes(settle(t, a, b, d)); !slices.Equal(got, []int{3, 3, 3}) {
		t.Errorf("after a removal they hold %v", got)
	}
}

func TestADeadNodesCamerasGoToTheOthersAndItIsFenced(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	_, ids := cameras(t, pool, 9)
	c := newClock()
	a, b, dead := lease.New(pool, "a", lease.WithClock(c.now)), lease.New(pool, "b", lease.WithClock(c.now)), lease.New(pool, "z", lease.WithClock(c.now))
	old := settle(t, a, b, dead)[2]
	if len(old) != 3 {
		t.Fatalf("it holds %d", len(old))
	}
	step := lease.Term / 4
	begun := c.now()
	var held []map[string]int64
	for taken := 0; taken < len(ids); { // the others claim at their pace; one does no more
		c.add(step)
		held = []map[string]int64{claim(t, a), claim(t, b)}
		taken = len(held[0]) + len(held[1])
		if c.now().Sub(begun) > 15*time.Second {
			t.Fatalf("after 15 s the others hold %v", sizes(held))
		}
	}
	for id, fence := range old {
		if err := lease.Check(t.Context(), pool, id, fence); !errors.Is(err, lease.ErrFenced) {
			t.Errorf("camera %s: the dead node is not fenced: %v", id, err)
		}
		now := max(held[0][id], held[1][id])
		if now <= fence {
			t.Errorf("camera %s: fencing number %d after %d", id, now, fence)
		}
		if err := lease.Check(t.Context(), pool, id, now); err != nil {
			t.Errorf("camera %s: the new holder is refused: %v", id, err)
		}
	}
	for id, fence := range claim(t, dead) { // it comes back: what it gets has new numbers
		if fence <= old[id] {
			t.Errorf("camera %s comes back with number %d", id, fence)
		}
	}
}

func TestReleaseHandsOverAtOnce(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	cameras(t, pool, 6)
	c := newClock()
	a, b := lease.New(pool, "a", lease.WithClock(c.now)), lease.New(pool, "b", lease.WithClock(c.now))
	settle(t, a, b)
	if err := a.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, b); len(got) != 6 {
		t.Fatalf("the other holds %d of 6", len(got))
	}
}

func TestManyNodesClaimAtOnce(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	_, ids := cameras(t, pool, 23)
	var wait sync.WaitGroup
	nodes := make([]*lease.Leases, 5)
	for i := range nodes {
		nodes[i] = lease.New(pool, fmt.Sprint("n", i))
		wait.Go(func() {
			for range 10 {
				if _, err := nodes[i].Claim(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	held := settle(t, nodes...)
	if got := sizes(held); !slices.Equal(got, []int{5, 5, 5, 4, 4}) {
		t.Errorf("%d cameras are shared out as %v", len(ids), got)
	}
}

// held waits until a node holds n cameras, and fails where it never does.
func held(t *testing.T, sets <-chan int, n int) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		select {
		case got := <-sets:
			if got == n {
				return
			}
		case <-limit:
			t.Fatalf("never held %d cameras", n)
		}
	}
}

func TestThreeNodesOneKilled(t *testing.T) {
	t.Parallel()
	url := storetest.Database(t)
	pool, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	cameras(t, pool, 6)

	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "OFFSITE_TEST_VICTIM="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "6" {
		t.Fatalf("the first node does not hold all cameras: %q", lines.Text())
	}
	sets := []chan int{make(chan int, 100), make(chan int, 100)}
	for i, set := range sets {
		h := lease.NewHolder(lease.New(pool, fmt.Sprint("node", i), lease.WithTerm(shortTerm)),
			func(all []lease.Lease) { set <- len(all) }, nil, slog.New(slog.DiscardHandler))
		if err = h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(h.Stop)
	}
	held(t, sets[0], 2)
	held(t, sets[1], 2)
	if err = cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	_ = cmd.Wait()
	held(t, sets[0], 3)
	held(t, sets[1], 3)
	t.Logf("taken over %v after the kill, at a term of %v", time.Since(begun), shortTerm)
}

func TestHolderLifeCycle(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	r, _ := cameras(t, pool, 1)
	sets := make(chan int, 100)
	h := lease.NewHolder(lease.New(pool, "a"), func(all []lease.Lease) { sets <- len(all) }, r.Changes(t.Context()), slog.New(slog.DiscardHandler))
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); !errors.Is(err, lease.ErrStarted) {
		t.Errorf("started twice: %v", err)
	}
	held(t, sets, 1)
	if _, err := r.CreateCamera(t.Context(), "test", registry.CameraDraft{CameraChange: registry.CameraChange{Name: "more"}, URL: "rtsp://192.0.2.1/"}); err != nil {
		t.Fatal(err)
	}
	held(t, sets, 2)
	h.Stop()
	h.Stop()
	if got := claim(t, lease.New(pool, "b")); len(got) != 2 {
		t.Errorf("after Stop another gets %d of 2", len(got))
	}
	lease.NewHolder(lease.New(pool, "never"), nil, nil, nil).Stop()
}

func TestCamerasThatAreGivenUpAreTakenAtOnce(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	r, ids := cameras(t, pool, 3)
	const long = time.Hour // no claim but the first comes by itself
	leaving := lease.New(pool, "a", lease.WithTerm(long))
	if got := len(claim(t, leaving)); got != len(ids) {
		t.Fatalf("the first node holds %d", got)
	}
	held := make(chan int, 10)
	h := lease.NewHolder(lease.New(pool, "b", lease.WithTerm(long)), func(l []lease.Lease) { held <- len(l) }, r.Changes(t.Context()), slog.New(slog.DiscardHandler))
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer h.Stop()
	<-held
	if err := leaving.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	for limit := time.After(10 * time.Second); ; {
		select {
		case n := <-held:
			if n == len(ids) {
				return
			}
		case <-limit:
			t.Fatal("the cameras that a node gave up are not taken")
		}
	}
}

// What an old holder says of a camera never takes the place of what a newer one said: not
// after it has lost the lease, and not where its statement began before.
func TestAnOldHolderCannotOverwrite(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	_, ids := cameras(t, pool, 2)
	c := newClock()
	old, next := lease.New(pool, "old", lease.WithClock(c.now)), lease.New(pool, "next", lease.WithClock(c.now))
	before := claim(t, old)
	say := func(l *lease.Leases, fences map[string]int64, word string) []string {
		t.Helper()
		var all []lease.State
		for _, id := range ids {
			all = append(all, lease.State{CameraID: id, Fence: fences[id], Version: 1, State: []byte(word),
				Parts: []lease.Part{{Name: "p", Content: []byte(word)}}})
		}
		fenced, err := l.SaveStates(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		return fenced
	}
	if fenced := say(old, before, "old"); len(fenced) != 0 {
		t.Fatalf("the holder is refused for %v", fenced)
	}
	c.add(2 * lease.Term)
	after := claim(t, next) // shares with nobody: the old one's time is over
	if len(after) != 2 {
		t.Fatalf("the next holds %v", after)
	}
	got, err := next.States(t.Context(), ids)
	if err != nil || len(got) != 2 || string(got[0].State) != "old" || got[0].Node != "old" || got[0].Age != 2*lease.Term {
		t.Fatalf("the next one reads %+v, %v", got, err)
	}
	if fenced := say(old, before, "late"); !slices.Equal(slices.Sorted(slices.Values(fenced)), ids) {
		t.Errorf("the old holder is refused for %v", fenced)
	}
	half := map[string]int64{ids[0]: after[ids[0]], ids[1]: before[ids[1]]}
	if fenced := say(next, half, "next"); !slices.Equal(fenced, ids[1:]) {
		t.Errorf("of two, one under an old number, refused are %v", fenced)
	}
	// A statement of the old holder that was on its way while the lease changed: as it saw it.
	if _, err := pool.Exec(t.Context(), `UPDATE camera_lease SET fence = $2 WHERE camera_id = $1`, ids[0], before[ids[0]]); err != nil {
		t.Fatal(err)
	}
	if fenced := say(old, before, "slow"); len(fenced) != len(ids) {
		t.Errorf("what was on its way is refused for %v", fenced)
	}
	if got, err = next.States(t.Context(), ids[:1]); err != nil || string(got[0].State) != "next" || len(got[0].Parts) != 1 || string(got[0].Parts[0].Content) != "next" {
		t.Errorf("in the end %+v, %v", got, err)
	}
}

func TestPartsThatStayAreNotSentAgain(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	_, ids := cameras(t, pool, 2)
	l := lease.New(pool, "a")
	fences := claim(t, l)
	part := func(name, content string) lease.Part { return lease.Part{Name: name, Content: []byte(content)} }
	other := lease.State{CameraID: ids[1], Fence: fences[ids[1]], Version: 1, State: []byte("other"), Parts: []lease.Part{part("a", "theirs")}}
	if _, err := l.SaveStates(t.Context(), []lease.State{other}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		state string
		parts []lease.Part
		want  string
	}{
		{"1", []lease.Part{part("a", "1"), part("b", "2")}, "a=1 b=2 "},
		{"2", []lease.Part{{Name: "a"}, part("b", "3"), part("c", "4")}, "a=1 b=3 c=4 "},
		{"3", []lease.Part{{Name: "c"}, part("d", "")}, "c=4 d= "}, // what is not named any more is deleted
		{"4", nil, ""},
	} {
		s := lease.State{CameraID: ids[0], Fence: fences[ids[0]], Version: 1, State: []byte(step.state), Parts: step.parts}
		if fenced, err := l.SaveStates(t.Context(), []lease.State{s}); err != nil || len(fenced) != 0 {
			t.Fatal(fenced, err)
		}
		got, err := l.States(t.Context(), ids[:1])
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		have := ""
		for _, p := range got[0].Parts {
			have += p.Name + "=" + string(p.Content) + " "
		}
		if string(got[0].State) != step.state || have != step.want {
			t.Errorf("after %s: %q with %q, want %q", step.state, got[0].State, have, step.want)
		}
	}
	if got, err := l.States(t.Context(), ids[1:]); err != nil || len(got) != 1 || len(got[0].Parts) != 1 || string(got[0].Parts[0].Content) != "theirs" {
		t.Errorf("another camera's parts are %+v, %v", got, err)
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM camera_state`); err != nil { // as retention does
		t.Fatal(err)
	}
	var left int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM camera_state_part`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d parts are left of states that are gone, %v", left, err)
	}
}
