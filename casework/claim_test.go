package casework_test

import (
	"errors"
	"sync"
	"testing"

	"offsite/casework"
	"offsite/evidence"
	"offsite/registry/lease"
)

// claim claims an act and wants an answer, nil for yes.
func (h *house) claim(node, act, bundle string, want error) {
	h.t.Helper()
	if err := h.Claim(h.t.Context(), node, act, bundle); !errors.Is(err, want) || (err == nil) != (want == nil) {
		h.t.Errorf("node %s claims: %v, want %v", node, err, want)
	}
}

func TestOneBundleOfAnActIsSealed(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	r, s := h.bundle(nil)
	other := id(t)
	h.claim("a", s.IncidentID, r.BundleID, nil)
	h.claim("a", s.IncidentID, r.BundleID, nil) // after a restart
	h.claim("b", s.IncidentID, other, evidence.ErrClaimed)
	h.record(r, s)
	h.claim("b", s.IncidentID, other, evidence.ErrKnown)
}

// Evidence that was sealed by a node that could ask nobody counts as if it had asked.
func TestAnActThatIsRecordedUnclaimedIsKnown(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	r, s := h.bundle(nil)
	h.record(r, s)
	h.claim("b", s.IncidentID, id(t), evidence.ErrKnown)
}

// The bundle of an act may be more evidence of an earlier one's case.
func TestAnActThatJoinedACaseIsKnown(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	h.find(nil)
	r, s := h.bundle(nil)
	h.claim("a", s.IncidentID, r.BundleID, nil)
	h.record(r, s)
	h.claim("b", s.IncidentID, id(t), evidence.ErrKnown)
}

// A machine that is lost with its disk keeps no act from being sealed; one that lives and
// waits for its store does.
func TestAClaimLapsesWithItsNode(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	act, second := id(t), id(t)
	h.claim("a", act, act, nil)
	if _, err := h.pool.Exec(t.Context(), `UPDATE act_claim SET claimed_at = claimed_at - interval '6 minutes'`); err != nil {
		t.Fatal(err)
	}
	living := lease.New(h.pool, "a")
	_, err := living.Claim(t.Context())
	h.must(err)
	h.claim("b", act, second, evidence.ErrClaimed)
	h.must(living.Release(t.Context()))
	h.claim("b", act, second, nil)
	h.claim("a", act, act, evidence.ErrClaimed)
}

func TestNodesRaceForAnAct(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	act := id(t)
	var mu sync.Mutex
	var work sync.WaitGroup
	won := 0
	for range 8 {
		bundle := id(t)
		work.Go(func() {
			err := h.Claim(t.Context(), "node "+bundle, act, bundle)
			if err != nil && !errors.Is(err, evidence.ErrClaimed) {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			}
		})
	}
	work.Wait()
	if won != 1 {
		t.Errorf("%d of 8 may seal", won)
	}
}

// What two nodes sealed of one act nevertheless is one finding, whatever became of it.
func TestTwoBundlesOfOneActAreOneFinding(t *testing.T) {
	t.Parallel()
	h := open(t, want{noObject: true})
	act := h.find(nil)
	h.must(h.do("r1", act, "reject", fields{"reason": "设备未经合法设置"}))
	r, s := h.bundle(func(s *casework.Summary) { s.IncidentID = act })
	r.BundleID = id(t)
	h.record(r, s)
	c, err := h.Case(t.Context(), h.staff["r1"], act)
	h.must(err)
	if len(c.Evidence) != 2 || c.State != "rejected" {
		t.Errorf("the case has %d bundles and is %s", len(c.Evidence), c.State)
	}
}
