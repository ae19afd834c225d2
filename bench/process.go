package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Usage is what a process and all that it started use.
type Usage struct {
	Processes int
	MemoryMiB float64 // proportional set size: shared pages are counted once over all processes
	CPUSecond float64 // user and system time since each began
}

// clockTicks is USER_HZ, which Linux fixes at 100 for what /proc shows.
const clockTicks = 100

// Tree measures the process pid and its descendants by /proc.
func Tree(pid int) (Usage, error) {
	children, err := childrenByParent()
	if err != nil {
		return Usage{}, err
	}
	var u Usage
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		queue = append(queue, children[p]...)
		memory, err := proportionalKiB(p)
		if err != nil {
			if p == pid {
				return u, fmt.Errorf("measure process %d: %w", pid, err)
			}
			continue // it ended meanwhile
		}
		_, ticks, err := stat(p)
		if err != nil {
			continue
		}
		u.Processes++
		u.MemoryMiB += memory / 1024
		u.CPUSecond += float64(ticks) / clockTicks
	}
	return u, nil
}

func childrenByParent() (map[int][]int, error) {
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	children := map[int][]int{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(entry))
		if err != nil {
			continue
		}
		parent, _, err := stat(pid)
		if err != nil {
			continue
		}
		children[parent] = append(children[parent], pid)
	}
	for _, list := range children {
		slices.Sort(list)
	}
	return children, nil
}

// stat reads parent and CPU ticks. The command's name, in brackets, may hold
// blanks and brackets: fields are counted after the last one.
func stat(pid int) (parent int, ticks int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	end := bytes.LastIndexByte(text, ')')
	if end < 0 {
		return 0, 0, fmt.Errorf("/proc/%d/stat has no name", pid)
	}
	fields := strings.Fields(string(text[end+1:]))
	const ppid, utime, stime = 1, 11, 12
	if len(fields) <= stime {
		return 0, 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	parent, err = strconv.Atoi(fields[ppid])
	if err != nil {
		return 0, 0, err
	}
	for _, i := range []int{utime, stime} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, 0, err
		}
		ticks += n
	}
	return parent, ticks, nil
}

func proportionalKiB(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			fields := strings.Fields(rest)
			if len(fields) == 0 {
				break
			}
			return strconv.ParseFloat(fields[0], 64)
		}
	}
	return 0, nil // a process that is ending has no memory left
}
