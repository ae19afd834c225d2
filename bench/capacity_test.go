package bench

import (
	"bytes"
	"strings"
	"testing"
)

func TestCapacityFollowsTheMeasuredCost(t *testing.T) {
	t.Parallel()
	page := func(core float64) string {
		set := Set{"cost_per_camera": {Value: core}, "rss_per_camera_mib": {Value: 6}, "ring_per_camera_mib": {Value: 10},
			"still_mib": {Value: 2}, "picture_kib": {Value: 90},
			"state_rows_per_s": {Value: 0.25}, "state_kib_per_s": {Value: 1}}
		var b bytes.Buffer
		load := Load{Cores: 32, Share: 0.5, Findings: 0.5, Years: 5}
		if err := Capacity(&b, Kept{Figures: set}, load); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, want := range []string{
		"| nodes | 1 | 13 | 250 |", // 32 cores, half used, 4 %: 400 cameras each
		"| cameras per node | 400 |", "| memory per node | 12.5 GiB |", "| network in all | 1.2 Gbit/s | 20.0 Gbit/s | 400.0 Gbit/s |",
		"| findings a day | 150 | 2500 | 50000 |", "| PostgreSQL, states of cameras | 150 rows/s, unlogged | 2500 rows/s",
		"| PostgreSQL, where rules stand | 75 rows/s, 0.3 MiB/s | 1250 rows/s, 4.9 MiB/s |",
	} {
		if !strings.Contains(page(4), want) {
			t.Errorf("the page lacks %q:\n%s", want, page(4))
		}
	}
	if !strings.Contains(page(2), "| nodes | 1 | 7 | 125 |") {
		t.Errorf("at half the cost:\n%s", page(2))
	}
}

func TestCapacityWithoutFiguresIsRefused(t *testing.T) {
	t.Parallel()
	if err := Capacity(&bytes.Buffer{}, Kept{}, Load{}); err == nil || !strings.Contains(err.Error(), "make bench-cameras") {
		t.Errorf("%v, want what to run", err)
	}
}
