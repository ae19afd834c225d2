package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"offsite/pipeline"
	carry "offsite/pipeline/watch"
	"offsite/registry/lease"
)

const (
	handOnEvery  = 2 * time.Second // as often as a camera is looked at
	handOnAtOnce = 50              // cameras in a statement
	handOnIn     = 5 * time.Second // or given up
	announceIn   = 2 * time.Second // or kept unannounced: what was raised must come on the disk
	refreshAgain = time.Second

	// staleAfter is the longest time that a rule goes on with the same matter (rearm_s).
	staleAfter = 24 * time.Hour
)

// handing is one at a time, and nothing after the last.
type handing struct {
	turn   *semaphore.Weighted // of one
	behind bool                // what was said is lost: everything is to be said anew
	over   bool
}

func newHanding() handing { return handing{turn: semaphore.NewWeighted(1)} }

func (h *handing) hand(ctx context.Context, save func(ctx context.Context, behind bool) error) error {
	ctx, cancel := context.WithTimeout(ctx, handOnIn)
	defer cancel()
	if err := h.turn.Acquire(ctx, 1); err != nil {
		return err
	}
	defer h.turn.Release(1)
	if h.over {
		return nil
	}
	err := save(ctx, h.behind)
	h.behind = err != nil
	return err
}

// handOn writes, again and again, where the rules stand, for the node that takes the
// cameras over.
func (w *watcher) handOn(ctx context.Context) {
	behind := false
	each(ctx, handOnEvery, func() {
		err := w.handNow(ctx)
		if err != nil && !behind && ctx.Err() == nil {
			w.log.Warn("where the rules stand could not be written; a node that takes over begins dwells anew", "error", err)
		}
		behind = err != nil
	})
}

// handNow writes what has changed, for all cameras in one statement. While the database is
// away nothing is gathered; afterwards everything is written anew.
func (w *watcher) handNow(ctx context.Context) error {
	return w.states.hand(ctx, func(ctx context.Context, behind bool) error {
		if behind {
			if err := w.desk.pool.Ping(ctx); err != nil {
				return err
			}
		}
		return w.saveStates(ctx, w.node.Carry(behind))
	})
}

// announce writes which act an incident is of before the incident is kept: a node that
// takes over raises the same act, not another.
func (w *watcher) announce(ctx context.Context, in pipeline.Incident) {
	bounded, cancel := context.WithTimeout(ctx, announceIn)
	defer cancel()
	if err := w.handNow(bounded); err != nil && ctx.Err() == nil {
		w.log.Warn("an act is not announced; a node that takes over now may find it again", "incident", in.ID, "error", err)
	}
}

// handOver writes where the rules stood when the node stopped.
func (w *watcher) handOver() {
	err := w.states.hand(context.Background(), func(ctx context.Context, _ bool) error {
		w.states.over = true
		return w.saveStates(ctx, w.node.Left())
	})
	if err != nil {
		w.log.Warn("where the rules stood could not be written; a node that takes over begins dwells anew", "error", err)
	}
}

func (w *watcher) saveStates(ctx context.Context, carried []carry.Carried) error {
	w.mu.Lock()
	taken := w.taken
	w.mu.Unlock()
	var all []lease.State
	for _, c := range carried {
		if fence := taken[c.Camera]; fence > 0 {
			s := lease.State{CameraID: c.Camera, Fence: fence, Version: carry.CarriedVersion, State: c.State}
			for _, p := range c.Parts {
				s.Parts = append(s.Parts, lease.Part(p))
			}
			all = append(all, s)
		}
	}
	for some := range slices.Chunk(all, handOnAtOnce) {
		fenced, err := w.leases.SaveStates(ctx, some)
		if err != nil {
			return err
		}
		if len(fenced) > 0 {
			w.log.Info("another node has these cameras by now; what this one says of them is not taken", "cameras", fenced)
		}
	}
	return nil
}

// takeUp lets cameras that are new here go on where another node left them. A camera that
// another node had in between, unknown to this one, is begun anew, too.
func (w *watcher) takeUp(ctx context.Context, cameras []pipeline.Camera, held map[string]int64) error {
	w.mu.Lock()
	before := w.taken
	w.mu.Unlock()
	taken := make(map[string]int64, len(cameras))
	var fresh []string
	var stay []pipeline.Camera
	for _, c := range cameras {
		taken[c.ID] = held[c.ID]
		if fence := before[c.ID]; fence > 0 && held[c.ID]-fence <= 1 {
			stay = append(stay, c)
		} else {
			fresh = append(fresh, c.ID)
		}
	}
	if len(fresh) > 0 {
		states, err := w.leases.States(ctx, fresh)
		if err != nil {
			return err
		}
		words, err := w.desk.registry.LastWords(ctx, fresh)
		if err != nil {
			return err
		}
		for _, last := range words {
			if last.Node != w.name {
				w.gaps.Took(last.CameraID, last.At)
			}
		}
		w.node.Set(stay)
		for _, s := range states {
			if why := w.adopt(s); why != "" {
				w.log.Info("where a camera's rules stood is not taken up", "camera", s.CameraID, "node", s.Node, "why", why)
			}
		}
	}
	w.mu.Lock()
	w.taken = taken
	w.mu.Unlock()
	return nil
}

// adopt takes a state up, or says why not.
func (w *watcher) adopt(s lease.State) string {
	switch {
	case s.Node == w.name && w.node.Stored(s.CameraID):
		return "" // its own folder knows better
	case s.Age > staleAfter:
		return fmt.Sprintf("it is %s old, which is more than %s", s.Age.Round(time.Second), staleAfter)
	case s.Version != carry.CarriedVersion:
		return fmt.Sprintf("its encoding is of version %d, this program's of %d", s.Version, carry.CarriedVersion)
	}
	c := carry.Carried{Camera: s.CameraID, State: s.State}
	for _, p := range s.Parts {
		c.Parts = append(c.Parts, carry.Part(p))
	}
	if err := w.node.Adopt(c); err != nil {
		return err.Error()
	}
	w.log.Info("a camera goes on where another node left it", "camera", s.CameraID, "node", s.Node, "seconds", s.Age.Round(time.Second).Seconds())
	return ""
}
