package demo

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offsite/bench"
)

// What a crowd is measured by.
const (
	crowdGoal  = 100_000 // connections, as far as the limit of files goes
	crowdSpan  = 30 * time.Second
	crowdP99   = 500 * time.Millisecond
	crowdLooks = 0.9 // of the looks of a calm minute
)

// TestCrowd opens as many connections as one process may, and keeps them: silent ones,
// ones that send a header by the byte, ones that send a body by the byte, and idle ones.
// Meanwhile others ask properly, and five cameras are watched as before.
func TestCrowd(t *testing.T) {
	binary := os.Getenv("OFFSITE_BINARY")
	if binary == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY is not the path of offsite; run make bench-api")
	}
	files := moreFiles(t)
	s := newSite(t, binary)
	if _, err := s.until("all cameras to be live", soon, s.live); err != nil {
		t.Fatal(err)
	}
	calm := s.looks(crowdSpan)
	c := s.gather(min(crowdGoal, files-1000))
	defer c.end()
	held, _ := s.figure("offsite_http_connections", "")
	asking := s.ask()
	busy := s.looks(crowdSpan)
	took, failed := asking()
	if !s.live() {
		t.Error("not every camera is live")
	}
	const command = "make bench-api"
	set := bench.Set{
		"connections_opened":       {Value: float64(c.opened.Load()), Unit: "connections", Goal: "100000, as far as the limit of files goes", Command: command},
		"connections_held":         {Value: held, Unit: "connections", Goal: "≤ a quarter of the files", Command: command},
		"looks_per_second_calm":    {Value: calm, Unit: "looks/s", Command: command},
		"looks_per_second_crowded": {Value: busy, Unit: "looks/s", Goal: fmt.Sprintf("≥ %g × calm", crowdLooks), Command: command},
		"answer_p99_ms":            {Value: took.Seconds() * 1000, Unit: "ms", Goal: fmt.Sprintf("≤ %d", crowdP99.Milliseconds()), Command: command},
		"answers_missing":          {Value: float64(failed), Unit: "answers", Goal: "0", Command: command},
	}
	if busy < crowdLooks*calm || failed > 0 || took > crowdP99 || c.opened.Load() == 0 {
		t.Error("the crowd harms those who are there")
	}
	if folder := os.Getenv("OFFSITE_FIGURES"); folder != "" {
		if err := set.Write(folder, "crowd"); err != nil {
			t.Fatal(err)
		}
	}
	if err := set.Table(os.Stdout); err != nil {
		t.Fatal(err)
	}
}

// moreFiles lets this process and what it starts open as many files as the machine lets it.
func moreFiles(t *testing.T) int {
	t.Helper()
	const wanted = 2 * crowdGoal
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: wanted, Max: wanted}); err == nil {
		return wanted
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	t.Logf("files stay bounded by %d", files.Cur)
	return int(files.Cur)
}

// looks is how many looks a second were done.
func (s *site) looks(span time.Duration) float64 {
	s.t.Helper()
	count := func() (sum float64) {
		for _, name := range []string{"offsite_looks_examined_total", "offsite_looks_unchanged_total"} {
			n, ok := s.figure(name, "")
			if !ok {
				s.t.Fatal("offsite does not tell its looks")
			}
			sum += n
		}
		return sum
	}
	before, began := count(), time.Now()
	time.Sleep(span)
	return (count() - before) / time.Since(began).Seconds()
}

// crowd is many connections.
type crowd struct {
	opened atomic.Int64
	mu     sync.Mutex
	held   []net.Conn
	slow   []net.Conn // those that send a byte now and then
	done   chan struct{}
	work   sync.WaitGroup
}

// gather opens so many connections.
func (s *site) gather(count int) *crowd {
	s.t.Helper()
	address := strings.TrimPrefix(s.stage.URL, "http://")
	kinds := []string{
		"",
		"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
		"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
	}
	c := &crowd{done: make(chan struct{})}
	var next atomic.Int64
	var opening sync.WaitGroup
	for range 64 {
		opening.Go(func() {
			for i := next.Add(1); int(i) <= count; i = next.Add(1) {
				kind := int(i) % len(kinds)
				c.join(address, i, kinds[kind], kind == 1 || kind == 2)
			}
		})
	}
	opening.Wait()
	c.work.Go(c.trickle)
	return c
}

// join opens a connection, from one of as many addresses of this machine as ports allow.
func (c *crowd) join(address string, number int64, sends string, slow bool) {
	const each = 20_000
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+number/each))}, Timeout: 10 * time.Second}
	conn, err := from.Dial("tcp", address)
	if err != nil {
		return // counted by its absence
	}
	c.opened.Add(1)
	_, _ = io.WriteString(conn, sends)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = append(c.held, conn)
	if slow {
		c.slow = append(c.slow, conn)
	}
}

// trickle sends a byte on every slow connection, again and again.
func (c *crowd) trickle() {
	for {
		for _, conn := range c.slow {
			select {
			case <-c.done:
				return
			default:
			}
			_, _ = conn.Write([]byte("x")) // many were closed long ago
		}
		select {
		case <-c.done:
			return
		case <-time.After(time.Second):
		}
	}
}

func (c *crowd) end() {
	close(c.done)
	c.work.Wait()
	for _, conn := range c.held {
		conn.Close()
	}
}

// ask asks, each time on a connection of its own, until the answer is wanted: the 99th
// percentile, and how many were not answered.
func (s *site) ask() (answer func() (p99 time.Duration, failed int)) {
	done, ended := make(chan struct{}), make(chan struct{})
	var took []time.Duration
	failed := 0
	go func() {
		defer close(ended)
		client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		for {
			began := time.Now()
			res, err := client.Get(s.stage.URL + "/livez")
			if err == nil {
				res.Body.Close()
			}
			if err != nil || res.StatusCode != http.StatusOK {
				failed++
			}
			took = append(took, time.Since(began))
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() (time.Duration, int) {
		close(done)
		<-ended
		slices.Sort(took)
		return took[len(took)*99/100], failed
	}
}
