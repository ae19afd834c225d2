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
// process of a kind at a time.
type dataFolder struct{ locks []*os.File }

// openData makes the data folder where it is missing, makes its path absolute
// (the embedded store moves the working directory), and locks it.
func openData(c *config.Config, process string) (*dataFolder, error) {
	if err := absolute(c); err != nil {
		return nil, err
	}
	abs := c.Data
	c.ONNXRuntime.Library = runtimeLibrary(c.ONNXRuntime)
	// The private database runs as another user and must be able to pass.
	if err := os.MkdirAll(abs, 0o755); err != nil { // #nosec G301 -- what is secret inside has its own mode
		return nil, fmt.Errorf("data folder: %w; choose another with --data", err)
	}
	if err := makeFolders(c); err != nil {
		return nil, err
	}
	d := &dataFolder{}
	if err := d.lock(c, process); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, inUseError{abs, process}
		}
		return nil, err
	}
	return d, nil
}

// absolute makes the paths absolute that are read after the embedded store has moved the
// working directory.
func absolute(c *config.Config) (err error) {
	for _, path := range []*string{&c.Data, &c.Transparency.Folder, &c.Transparency.KeyFile, &c.Transparency.WitnessPolicy} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	return nil
}

// inUseError says that another process works in the data folder.
type inUseError struct{ data, process string }

func (e inUseError) Error() string {
	return fmt.Sprintf("data folder %s is in use by another offsite %s; stop it, or choose another folder with --data", e.data, e.process)
}

func makeFolders(c *config.Config) error {
	for _, sub := range []string{"keys", "spool", "state"} {
		if err := os.MkdirAll(c.Path(sub), 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	if err := os.MkdirAll(c.Path("run"), 0o755); err != nil { // #nosec G301 -- the database's socket lies in it
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// openIdle locks the data folder while no process works in it, so that none starts.
func openIdle(c *config.Config) (*dataFolder, error) {
	if _, err := os.Stat(c.Data); err != nil {
		return nil, fmt.Errorf("data folder: %w; name it with --data", err)
	}
	if err := makeFolders(c); err != nil {
		return nil, err
	}
	d := &dataFolder{}
	for _, process := range []string{"up", "serve", "watch"} {
		if err := d.lock(c, process); err != nil {
			d.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, fmt.Errorf("offsite %s is running in data folder %s and seals with its keys; stop it, do this, and start it again", process, c.Data)
			}
			return nil, err
		}
	}
	return d, nil
}

func (d *dataFolder) lock(c *config.Config, process string) error {
	file, err := os.OpenFile(c.Path("run", process+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	d.locks = append(d.locks, file)
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("lock data folder %s: %w", c.Data, err)
	}
	return nil
}

// Close lets other processes have the folder.
func (d *dataFolder) Close() {
	for _, file := range d.locks {
		_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) // copies in processes just being started too
		_ = file.Close()
	}
}
