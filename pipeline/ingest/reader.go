package ingest

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Config says which camera to read and how. Only URL must be set.
type Config struct {
	ID             string        // for logs
	URL            string        // rtsp:// or rtsps://, credentials included; a fragment #sha256=HEX pins a certificate
	Protocol       string        // "tcp", "udp", or "" for UDP, then TCP (rtsps: TCP)
	StallAfter     time.Duration // without a new picture; default 10 s
	Timeout        time.Duration // of dialling and of each request; default 5 s
	MaxClockOffset time.Duration // up to which the camera's clock is gone by; default 30 s
	Backoff        Backoff
	TLS            *tls.Config // roots for rtsps; default the system's
	Control        Control     // nil: any address may be dialled
	Logger         *slog.Logger
	Now            func() time.Time
}

// Control looks at an address that is about to be dialled and may refuse it, as
// net.Dialer's Control.
type Control = func(network, address string, c syscall.RawConn) error

// Backoff says how long to wait between attempts: First, doubling up to Max, each
// ± 25 %; after a refused password at least Password, for cameras lock accounts.
type Backoff struct {
	First    time.Duration // default 1 s
	Max      time.Duration // default 30 s
	Password time.Duration // default 60 s
}

// Reader reads one camera until it is stopped. Its methods may be called from any
// goroutine.
type Reader struct {
	cfg     Config
	handler Handler

	telling sync.Mutex // keeps OnState calls in order

	mu       sync.Mutex
	state    State
	clock    Clock
	params   *Params
	counters Counters
	remarked time.Time // when a live camera got its remark

	seq    uint64 // used by the connection's goroutine alone
	cancel context.CancelFunc
	done   chan struct{}
}

// New makes a reader. A wrong address is not an error here but a failed State
// after Start, so that a list of cameras may hold bad ones.
func New(cfg Config, h Handler) *Reader {
	setDefault(&cfg.StallAfter, 10*time.Second)
	setDefault(&cfg.Timeout, 5*time.Second)
	setDefault(&cfg.MaxClockOffset, 30*time.Second)
	setDefault(&cfg.Backoff.First, time.Second)
	setDefault(&cfg.Backoff.Max, 30*time.Second)
	setDefault(&cfg.Backoff.Password, time.Minute)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Reader{cfg: cfg, handler: h}
	r.state = State{Phase: Connecting, Since: cfg.Now()}
	return r
}

func setDefault(d *time.Duration, v time.Duration) {
	if *d <= 0 {
		*d = v
	}
}

// Start begins to read in the background. It must be called once.
func (r *Reader) Start(ctx context.Context) error {
	if r.done != nil {
		return errors.New("start reading the camera: it is started already")
	}
	ctx, r.cancel = context.WithCancel(ctx)
	r.done = make(chan struct{})
	go r.run(ctx)
	return nil
}

// Stop ends reading and waits until no handler runs any more.
func (r *Reader) Stop() {
	if r.done == nil {
		return
	}
	r.cancel()
	<-r.done
}

// State returns where the camera stands.
func (r *Reader) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// Clock returns how the camera's time relates to ours.
func (r *Reader) Clock() Clock {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

// Params returns the parameter sets in force, nil before the first picture. They
// outlive a lost connection.
func (r *Reader) Params() *Params {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.params
}

// Counters returns the counts since Start.
func (r *Reader) Counters() Counters {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counters
}

// run connects again and again until ctx ends.
func (r *Reader) run(ctx context.Context) {
	defer close(r.done)
	defer r.cancel()
	pause := &backoff.ExponentialBackOff{
		InitialInterval:     r.cfg.Backoff.First,
		MaxInterval:         r.cfg.Backoff.Max,
		Multiplier:          2,
		RandomizationFactor: 0.25,
	}
	pause.Reset()
	r.tell(r.State())
	target, problem := parseTarget(r.cfg)
	if problem != nil { // waiting cannot mend an address
		r.tell(State{Phase: Failed, Since: r.cfg.Now(), Why: problem})
		<-ctx.Done()
		return
	}
	for first := true; ctx.Err() == nil; first = false {
		if !first {
			r.count(func(c *Counters) { c.Reconnects++ })
		}
		s := &session{r: r, target: target}
		err := s.run(ctx)
		if ctx.Err() != nil {
			return
		}
		if s.keyed {
			pause.Reset()
		}
		if errors.Is(err, errUseTCP) {
			target.fallBack()
			continue
		}
		r.wait(ctx, target.explain(err, s.stage), s.keyed, pause.NextBackOff())
	}
}

// wait tells why the connection ended, and pauses before the next.
func (r *Reader) wait(ctx context.Context, why *Problem, seen bool, pause time.Duration) {
	if why.Code == Unauthorized {
		pause = max(pause, r.cfg.Backoff.Password)
	}
	next := State{Phase: Failed, Why: why, Retry: r.cfg.Now().Add(pause)}
	switch why.Code {
	case NoPictures, Frozen, NoKeyUnit:
		next.Phase = Stalled
	case Closed:
		if seen {
			next.Phase = Connecting
		}
	}
	level := slog.LevelWarn
	if old := r.State().Why; old != nil && old.Code == why.Code {
		level = slog.LevelDebug // said before
	}
	r.tell(next)
	r.cfg.Logger.Log(ctx, level, "camera connection ended", "camera", r.cfg.ID, "code", why.Code, "why", why.EN,
		"detail", why.Detail, "retry_ms", pause.Milliseconds())
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// tell makes s the state and hands it on. Since is kept where the phase stays.
func (r *Reader) tell(s State) {
	r.telling.Lock()
	defer r.telling.Unlock()
	r.mu.Lock()
	if s.Phase == r.state.Phase {
		s.Since = r.state.Since
	} else {
		s.Since = r.cfg.Now()
	}
	if s.Phase == Stalled && r.state.Phase != Stalled {
		r.counters.Stalls++
	}
	if s.Phase == Live && s.Why != nil {
		r.remarked = r.cfg.Now()
	}
	r.state = s
	r.mu.Unlock()
	r.handler.OnState(s)
}

func (r *Reader) count(change func(*Counters)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.counters)
}
