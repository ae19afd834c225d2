package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"offsite/config"
)

// dataFolder is the one folder of everything that must survive, held by one
// process at a time.
type dataFolder struct{ lock *os.File }

// openData makes the data folder where it is missing, makes its path absolute
// (the embedded store moves the working directory), and locks it.
func openData(c *config.Config, process string) (*dataFolder, error) {
	abs, err := filepath.Abs(c.Data)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", c.Data, err)
	}
	c.Data = abs
	c.ONNXRuntime.Library = runtimeLibrary(c.ONNXRuntime)
	// The private database runs as another user and must be able to pass.
	if err := os.MkdirAll(abs, 0o755); err != nil { // #nosec G301 -- what is secret inside has its own mode
		return nil, fmt.Errorf("data folder: %w; choose another with --data", err)
	}
	for _, sub := range []string{"keys", "spool", "state"} {
		if err := os.MkdirAll(c.Path(sub), 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	if err := os.MkdirAll(c.Path("run"), 0o755); err != nil { // #nosec G301 -- the database's socket lies in it
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock, err := os.OpenFile(c.Path("run", process+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("data folder %s is in use by another offsite %s; stop it, or choose another folder with --data", abs, process)
		}
		return nil, fmt.Errorf("lock data folder %s: %w", abs, err)
	}
	return &dataFolder{lock}, nil
}

// Close lets another process have the folder.
func (d *dataFolder) Close() {
	_ = syscall.Flock(int(d.lock.Fd()), syscall.LOCK_UN) // copies in processes just being started too
	_ = d.lock.Close()
}
