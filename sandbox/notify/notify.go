// Package notify delivers a sandbox's callbacks: each is signed as Standard Webhooks has
// it and sent again, ever more slowly, until its receiver answers with 2xx or says 410
// (gone). The owner keeps on disk what is owed and is told when it is settled.
package notify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"offsite/sandbox/wire"
)

// Callback is one notice that is owed. Its ID stays the same over all attempts, so that
// the receiver counts it once.
type Callback struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	Body []byte `json:"body"`
}

// Options of a sender.
type Options struct {
	Key     []byte
	Client  *http.Client
	Now     func() time.Time
	Retry   time.Duration // pause after the first failure, doubled up to an hour; 0 for a second
	Logger  *slog.Logger
	Settled func(Callback) // taken, or gone: owed no more
}

// Sender delivers callbacks.
type Sender struct {
	o       Options
	mu      sync.Mutex
	running context.Context // nil before Start and after Stop
	waiting []job           // given before Start
	stop    context.CancelFunc
	group   sync.WaitGroup
}

type job struct {
	callback Callback
	tried    chan struct{}
}

const longestPause = time.Hour

// New makes a sender that rests until Start.
func New(o Options) *Sender {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Settled == nil {
		o.Settled = func(Callback) {}
	}
	return &Sender{o: o}
}

// Start begins to deliver, also what was given before.
func (s *Sender) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return fmt.Errorf("notify: started already")
	}
	s.running, s.stop = context.WithCancel(ctx)
	for _, j := range s.waiting {
		s.run(j)
	}
	s.waiting = nil
	return nil
}

// Stop ends delivering and waits for it; what is still owed stays with the owner.
func (s *Sender) Stop() {
	s.mu.Lock()
	if s.running == nil {
		s.mu.Unlock()
		return
	}
	s.stop()
	s.running = nil
	s.mu.Unlock()
	s.group.Wait()
}

// Send gives a callback. The channel is closed after the first attempt.
func (s *Sender) Send(c Callback) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := job{callback: c, tried: make(chan struct{})}
	if s.running == nil {
		s.waiting = append(s.waiting, j)
		return j.tried
	}
	s.run(j)
	return j.tried
}

func (s *Sender) run(j job) {
	ctx := s.running
	s.group.Go(func() { s.deliver(ctx, j) })
}

func (s *Sender) deliver(ctx context.Context, j job) {
	pause := s.o.Retry
	for first := true; ; first = false {
		err := s.attempt(ctx, j.callback)
		if err == nil {
			s.o.Settled(j.callback)
		} else if ctx.Err() == nil {
			s.o.Logger.Warn("callback not taken yet", "id", j.callback.ID, "again_in", pause.String(), "error", err)
		}
		if first {
			close(j.tried)
		}
		if err == nil {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}

// attempt is nil when the callback is settled.
func (s *Sender) attempt(ctx context.Context, c Callback) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(c.Body))
	if err != nil {
		return fmt.Errorf("callback %s to %s: %w", c.ID, c.URL, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if err = wire.SignCallback(s.o.Key, r.Header, c.ID, c.Body, s.o.Now()); err != nil {
		return err
	}
	answer, err := s.o.Client.Do(r)
	if err != nil {
		return fmt.Errorf("callback %s: %w", c.ID, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 512))
	switch {
	case answer.StatusCode/100 == 2 || answer.StatusCode == http.StatusGone:
		return nil
	case err != nil:
		return fmt.Errorf("callback %s: read the answer: %w", c.ID, err)
	}
	return fmt.Errorf("callback %s: %s answered %s: %s", c.ID, c.URL, answer.Status, text)
}
