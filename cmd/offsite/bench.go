package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"offsite/bench"
	"offsite/demo"
)

// Where figures are, from the root of a checkout: this machine's, and those that the
// repository keeps.
const (
	benchDir   = "build/bench"
	figuresDir = "docs/figures"
)

// benchCmd measures this machine with this program.
type benchCmd struct {
	Casework benchCaseworkCmd `cmd:"" help:"Multiply simulated cases; measure queue, search, case page, steps, sweep and decisions."`
	Demo     benchDemoCmd     `cmd:"" help:"Start the demonstration; measure start, first finding, memory, processor time."`
	Cameras  benchCamerasCmd  `cmd:"" help:"Watch cameras of 1080p25 and 4 Mbit/s; measure what each costs, against ffmpeg and against bare libraries."`
	Capacity benchCapacityCmd `cmd:"" help:"Print what a district and a city need, from what was measured."`
	Report   benchReportCmd   `cmd:"" help:"Print the performance page from what was measured."`
}

type benchDemoCmd struct{}

// Run measures and keeps the figures.
func (benchDemoCmd) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's file: %w", err)
	}
	set, err := demo.Measure(ctx, self)
	if err != nil {
		return fmt.Errorf("measure the demonstration: %w", err)
	}
	return keepFigures(set, "demo")
}

func keepFigures(set bench.Set, name string) error {
	if err := set.Write(benchDir, name); err != nil {
		return err
	}
	return set.Table(os.Stdout)
}

type benchReportCmd struct{}

// Run takes what this machine measured into docs/figures, and prints the page of all.
func (benchReportCmd) Run() error {
	if err := bench.Keep(benchDir, figuresDir, machine()); err != nil {
		return err
	}
	sets, err := bench.Read(figuresDir)
	if err != nil {
		return err
	}
	return bench.Page(os.Stdout, sets)
}

type benchCapacityCmd struct {
	Cores    int     `default:"32" help:"Cores of a node." placeholder:"N"`
	Share    float64 `default:"0.7" help:"Share of a node that may be used." placeholder:"SHARE"`
	Findings float64 `default:"0.2" help:"Findings per camera and day." placeholder:"N"`
	Years    float64 `default:"5" help:"Years that evidence is kept." placeholder:"N"`
}

// Run prints the page.
func (c benchCapacityCmd) Run() error {
	if c.Cores < 1 || c.Share <= 0 || c.Share > 1 {
		return exitError{2, fmt.Errorf("--cores %d --share %v: a node has one core at least, and a share between 0 and 1", c.Cores, c.Share)}
	}
	sets, err := bench.Read(figuresDir)
	if err != nil {
		return err
	}
	return bench.Capacity(os.Stdout, sets["cameras"], bench.Load{Cores: c.Cores, Share: c.Share, Findings: c.Findings, Years: c.Years})
}

// machine says what this machine is.
func machine() string {
	model := runtime.GOARCH
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if name, ok := strings.CutPrefix(lines.Text(), "model name"); ok {
				model = strings.TrimLeft(name, "\t :")
				break
			}
		}
	}
	return fmt.Sprintf("%d cores of %s, %s", runtime.NumCPU(), model, runtime.Version())
}
