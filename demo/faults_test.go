package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"offsite/bench"
)

// fault is a row of the matrix: a part that is taken away from a running Offsite.
type fault struct {
	key   string
	what  string // is done to it
	seen  string // by people meanwhile
	lost  string // as the run shows; evidence and cases never are
	after string // what the recovery is counted from, and to
	goal  float64
	// play does it, sees that people see it, undoes it, and tells how long the
	// recovery took.
	play func(s *site) (time.Duration, error)
}

const (
	soon   = time.Minute     // for what happens at once
	unrest = 4 * time.Minute // for a violation to begin: each scene holds one a loop
)

// What a row may lose.
const (
	nothing  = "nothing"
	pictures = "the pictures of those seconds"
)

// faults is the matrix. After its last row every violation must have been found
// once, and every bundle must hold.
func faults() []fault {
	return []fault{
		{"store", "object store stopped", "“evidence waiting” counts up; the console works on", nothing, "store back → nothing waits", 60, func(s *site) (time.Duration, error) {
			s.store.Stop()
			_, err := s.seen("evidence to wait for the store", s.waiting)
			s.openStore()
			return s.recovered(err, "evidence to be stored", s.settled)
		}},
		{"authority", "timestamp authority stopped", "“evidence waiting” counts up; the console works on", nothing, "authority back → nothing waits", 60, func(s *site) (time.Duration, error) {
			s.authority.Stop()
			_, err := s.seen("evidence to wait for the authority", s.waiting)
			s.openAuthority()
			return s.recovered(err, "evidence to be timestamped", s.settled)
		}},
		{"clock", "clocks five minutes apart (the authority's is set wrong)", "“evidence waiting” counts up; the log says to set the clock", nothing, "clock right → nothing waits", 60, func(s *site) (time.Duration, error) {
			s.ahead.Store(int64(5 * time.Minute))
			_, err := s.seen("evidence to wait for the clock", s.waiting)
			s.ahead.Store(0)
			return s.recovered(err, "evidence to be timestamped", s.settled)
		}},
		{"database", "kill -9 of PostgreSQL", "the console says that the database is away; cameras are watched on", nothing, "kill → ready again", 10, func(s *site) (time.Duration, error) {
			s.kill("postgres")
			_, err := s.until("the console to say so", soon, func() bool { return !s.ready() })
			return s.recovered(err, "the database", s.ready)
		}},
		{"cameras", "kill -9 of every camera", "each camera's state, with a sentence", pictures, "kill → all live", 15, func(s *site) (time.Duration, error) {
			s.kill("camera serve")
			_, err := s.until("the cameras to be away", soon, func() bool { return !s.live() })
			return s.recovered(err, "the cameras", s.live)
		}},
		{"payment", "kill -9 of the payment provider", "“try again later” when a fine is to be paid", nothing, "kill → it can be reached", 15, func(s *site) (time.Duration, error) {
			s.kill("sandbox payment")
			_, err := s.until("the provider to be away", soon, func() bool { return !reachable(s.stage.PaymentURL) })
			return s.recovered(err, "the provider", func() bool { return reachable(s.stage.PaymentURL) })
		}},
		{"gateway", "kill -9 of the message gateway", "messages wait in the outbox", nothing, "kill → it can be reached", 15, func(s *site) (time.Duration, error) {
			s.kill("sandbox message")
			_, err := s.until("the gateway to be away", soon, func() bool { return !reachable(s.stage.MessageURL) })
			return s.recovered(err, "the gateway", func() bool { return reachable(s.stage.MessageURL) })
		}},
		{"stopped", "SIGSTOP of offsite for twenty seconds, then SIGCONT", "nothing answers", pictures, "SIGCONT → ready and all live", 15, func(s *site) (time.Duration, error) {
			if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				return 0, err
			}
			const pause = 20 * time.Second
			time.Sleep(pause)
			err := s.cmd.Process.Signal(syscall.SIGCONT)
			return s.recovered(err, "everything", func() bool { return s.ready() && s.live() })
		}},
		{"killed", "kill -9 of offsite, started again at once", "nothing answers", pictures, "start → ready and all live", 15, func(s *site) (time.Duration, error) {
			s.house.kill(s.t)
			began := time.Now()
			s.reopen()
			_, err := s.recovered(nil, "everything", func() bool { return s.ready() && s.live() })
			return time.Since(began), err
		}},
		{"disk", "the data folder's disk full for half a minute", "cameras are watched on; what must grow is refused", nothing, "room again → ready, nothing waits", 60, func(s *site) (time.Duration, error) {
			if s.disk == "" {
				return 0, errNotHere
			}
			filler := filepath.Join(s.disk, "filler")
			if err := fill(filler); err != nil {
				return 0, err
			}
			const full = 30 * time.Second
			time.Sleep(full)
			watched := s.live()
			err := os.Remove(filler)
			if err == nil && !watched {
				err = errors.New("with a full disk the cameras are not watched on")
			}
			return s.recovered(err, "everything", func() bool { return s.ready() && s.live() && s.settled() })
		}},
	}
}

// errNotHere marks a row that this machine cannot play.
var errNotHere = errors.New("NOT TESTED on this machine")

// errUnseen marks a fault that nobody could notice, since nothing was raised meanwhile.
var errUnseen = errors.New("nothing was raised meanwhile")

// seen waits until people see the fault.
func (s *site) seen(what string, so func() bool) (time.Duration, error) {
	took, err := s.until(what, s.patience, so)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", errUnseen, err)
	}
	return took, err
}

// recovered waits for the end of a fault, if it was seen at all.
func (s *site) recovered(seen error, what string, so func() bool) (time.Duration, error) {
	if seen != nil {
		return 0, seen
	}
	return s.until(what, unrest, so)
}

// fill writes until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for {
		if _, err := f.Write(block); err != nil {
			return nil // it is full
		}
	}
}

// TestFaults plays the matrix on one running demonstration; OFFSITE_FAULTS names one row
// that is played alone, of which no figures are kept.
func TestFaults(t *testing.T) {
	binary := os.Getenv("OFFSITE_BINARY")
	if binary == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY is not the path of offsite; run make faults")
	}
	s := newSite(t, binary)
	if _, err := s.until("all cameras to be live", soon, s.live); err != nil {
		t.Fatal(err)
	}
	set := bench.Set{}
	var table strings.Builder
	fmt.Fprintf(&table, "| part | what is done | what people see | what is lost | recovery counts from → to | seconds | goal |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	rows, only := faults(), os.Getenv("OFFSITE_FAULTS")
	if only != "" {
		rows = slices.DeleteFunc(rows, func(f fault) bool { return f.key != only })
	}
	for _, f := range rows {
		took, err := f.play(s)
		if errors.Is(err, errNotHere) {
			t.Logf("%s: %v", f.key, err)
		} else if err != nil {
			t.Errorf("%s: %v", f.key, err)
		}
		if err != nil {
			fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | not measured | ≤ %g |\n", f.key, f.what, f.seen, f.lost, f.after, f.goal)
			continue
		}
		t.Logf("%s: %.1f s", f.key, took.Seconds())
		if took.Seconds() > f.goal {
			t.Errorf("%s: it took %.1f s to recover, the goal is %g s", f.key, took.Seconds(), f.goal)
		}
		set[f.key+"_recovery_s"] = bench.Figure{Value: took.Seconds(), Unit: "s", Goal: fmt.Sprintf("≤ %g", f.goal), Command: "make faults"}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %.1f | ≤ %g |\n", f.key, f.what, f.seen, f.lost, f.after, took.Seconds(), f.goal)
	}
	s.nothingIsLost()
	if t.Failed() || only != "" {
		return // no figures of a run in which something was lost
	}
	keepTable(t, "faults", set, table.String())
}

// nothingIsLost demands that every violation was found once, and that every bundle
// holds.
func (s *site) nothingIsLost() {
	s.t.Helper()
	s.holds(s.t, s.binary, s.dir)
	if _, err := s.until("no evidence to wait", unrest, s.settled); err != nil {
		s.t.Error(err)
	}
}

// keepTable writes figures and table to the folder that make names.
func keepTable(t *testing.T, name string, set bench.Set, table string) {
	t.Helper()
	folder := os.Getenv("OFFSITE_FIGURES")
	if folder == "" {
		return
	}
	if err := set.Write(folder, name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".md"), []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
}
