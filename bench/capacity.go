package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Load is what a place is reckoned with, apart from what was measured.
type Load struct {
	Cores    int     // of a node
	Share    float64 // of a node's processor and memory that may be used
	Findings float64 // per camera and day
	Years    float64 // that evidence is kept
}

// The stream that is measured with (issue 5), and how often a node tells of a camera.
const (
	streamMbit    = 4.0
	stateEvery    = 2.0  // seconds
	pictureEvery  = 30.0 // seconds, of a camera that nobody looks at
	stillsOfEach  = 3    // of an incident
	secondsPerDay = 24 * 60 * 60
)

// cost is what is taken of the measured figures.
type cost struct {
	core, memory, ring, still, picture float64 // core per camera; MiB; MiB; MiB; KiB
	rows, state                        float64 // per second and camera: rows; KiB
}

func costOf(set Set) (cost, error) {
	var c cost
	for name, to := range map[string]*float64{"cost_per_camera": &c.core, "rss_per_camera_mib": &c.memory,
		"ring_per_camera_mib": &c.ring, "still_mib": &c.still, "picture_kib": &c.picture} {
		f, ok := set[name]
		if !ok {
			return c, fmt.Errorf("reckon the capacity: %s is not measured; run make bench-cameras", name)
		}
		*to = f.Value
	}
	c.core /= 100 // it is in percent
	c.rows, c.state = set["state_rows_per_s"].Value, set["state_kib_per_s"].Value
	return c, nil
}

// places are what the page reckons.
var places = []struct {
	name    string
	cameras float64
}{{"one street office", 300}, {"a district", 5_000}, {"a city", 100_000}}

// Capacity writes what a district and a city need, from the measured cost of a camera.
func Capacity(w io.Writer, cameras Kept, l Load) error {
	c, err := costOf(cameras.Figures)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Capacity\n\nReckoned by `offsite bench capacity` from what `make bench-cameras` measured on %s: %s.\n", cameras.Measured, cameras.Machine)
	fmt.Fprintf(&b, `
Measured, for a camera of 1080p25, H.264, %.0f Mbit/s, a look each 2 s, all detectors, in
scenes in which something moves nearly always: %.2f %% of a core, %.1f MiB of memory and a
ring of %.1f MiB, %.1f MiB for a still, %.0f KiB for the console's picture. Taken: nodes of
%d cores of which %.0f %% are used, %.2g findings per camera and day, evidence kept for %.0f
years, each with a clip of a whole ring and %d stills. Quieter streets cost less; an
accelerator is not reckoned with.

`, streamMbit, 100*c.core, c.memory, c.ring, c.still, c.picture, l.Cores, 100*l.Share, l.Findings, l.Years, stillsOfEach)
	fmt.Fprintf(&b, "| | %s |\n| --- |%s\n", strings.Join(names(), " | "), strings.Repeat(" ---: |", len(places)))
	perNode := math.Floor(float64(l.Cores) * l.Share / c.core)
	bundle := c.ring + stillsOfEach*c.still
	for _, row := range []struct {
		name  string
		value func(cameras float64) string
	}{
		{"cameras", func(n float64) string { return fmt.Sprintf("%.0f", n) }},
		{"cores for watching", func(n float64) string { return fmt.Sprintf("%.0f", math.Ceil(n*c.core/l.Share)) }},
		{"nodes", func(n float64) string { return fmt.Sprintf("%.0f", math.Ceil(n/perNode)) }},
		{"cameras per node", func(float64) string { return fmt.Sprintf("%.0f", perNode) }},
		{"memory per node", func(float64) string { return fmt.Sprintf("%.1f GiB", perNode*(c.memory+c.ring)/l.Share/1024) }},
		{"network into a node", func(float64) string { return fmt.Sprintf("%.2f Gbit/s", perNode*streamMbit/1000) }},
		{"network in all", func(n float64) string { return fmt.Sprintf("%.1f Gbit/s", n*streamMbit/1000) }},
		{"findings a day", func(n float64) string { return fmt.Sprintf("%.0f", n*l.Findings) }},
		{"evidence a day", func(n float64) string { return fmt.Sprintf("%.2f TiB", n*l.Findings*bundle/(1<<20)) }},
		{"evidence kept", func(n float64) string { return fmt.Sprintf("%.0f TiB", n*l.Findings*bundle/(1<<20)*365*l.Years) }},
		{"PostgreSQL, states of cameras", func(n float64) string { return fmt.Sprintf("%.0f rows/s, unlogged", n/stateEvery) }},
		{"PostgreSQL, pictures for the console", func(n float64) string {
			return fmt.Sprintf("%.1f MiB/s, unlogged", n/pictureEvery*c.picture/1024)
		}},
		{"PostgreSQL, where rules stand", func(n float64) string {
			if c.rows == 0 {
				return "not measured"
			}
			return fmt.Sprintf("%.0f rows/s, %.1f MiB/s", n*c.rows, n*c.state/1024)
		}},
		{"PostgreSQL, findings", func(n float64) string { return fmt.Sprintf("%.2f rows/s", n*l.Findings/secondsPerDay) }},
	} {
		fmt.Fprintf(&b, "| %s |", row.name)
		for _, p := range places {
			fmt.Fprintf(&b, " %s |", row.value(p.cameras))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nOther nodes, findings or years: `offsite bench capacity --help`.\n")
	_, err = io.WriteString(w, b.String())
	return err
}

func names() []string {
	var all []string
	for _, p := range places {
		all = append(all, p.name)
	}
	return all
}
