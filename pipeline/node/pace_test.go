package node

import (
	"testing"
	"time"

	"offsite/pipeline/look"
	"offsite/pipeline/watch"
)

func TestPace(t *testing.T) {
	clear := func(still int, open ...OpenZone) watch.Outcome {
		return watch.Outcome{Health: look.Clear, Still: still, Open: open}
	}
	dark := watch.Outcome{Health: look.Dark}
	times := func(n int, o watch.Outcome) []watch.Outcome {
		all := make([]watch.Outcome, n)
		for i := range all {
			all[i] = o
		}
		return all
	}
	for _, c := range []struct {
		name    string
		seen    []watch.Outcome
		every   time.Duration
		urgency look.Urgency
	}{
		{"before the first look", nil, 2 * time.Second, look.Usual},
		{"a busy street", []watch.Outcome{clear(0)}, 2 * time.Second, look.Usual},
		{"still, but not for long", []watch.Outcome{clear(29)}, 2 * time.Second, look.Usual},
		{"still for a minute", []watch.Outcome{clear(30)}, 4 * time.Second, look.Calm},
		{"something moves in it again", []watch.Outcome{clear(500), clear(0)}, 2 * time.Second, look.Usual},
		{"a look that failed tells nothing", []watch.Outcome{clear(30), {}}, 4 * time.Second, look.Calm},
		{"dark for a minute", times(30, dark), 4 * time.Second, look.Calm},
		{"day comes", append(times(30, dark), clear(0)), 2 * time.Second, look.Usual},
		{"a dwell runs", []watch.Outcome{clear(30, OpenZone{})}, 2 * time.Second, look.Pressing},
		{"an incident stands", []watch.Outcome{clear(30, OpenZone{Raised: true})}, 2 * time.Second, look.Usual},
		{"the dwell has ended", []watch.Outcome{clear(0, OpenZone{}), clear(1)}, 2 * time.Second, look.Usual},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p pace
			for _, o := range c.seen {
				p.see(o)
			}
			if every, urgency := p.every(look.DefaultCadence), p.urgency(); every != c.every || urgency != c.urgency {
				t.Errorf("a look each %s, urgency %d; want %s, %d", every, urgency, c.every, c.urgency)
			}
		})
	}
}
