package keep_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cutPower makes the disk as it may be after a power cut that came with the last of
// these calls: what was written and not fsynced is half there, and names that were
// made or changed are as before where their folder was not fsynced. A name whose
// former file is gone stays: POSIX promises the old or the new one.
func cutPower(t *testing.T, calls []call) {
	t.Helper()
	dirty := map[string]bool{} // files with bytes that were not fsynced
	var names []call           // changes of names whose folder was not fsynced
	seen := map[string]bool{}  // names that were there before
	for _, c := range calls {
		path := c.paths[0]
		switch c.name {
		case "write", "pwrite64":
			dirty[path] = true
		case "fsync":
			delete(dirty, path)
			names = slices.DeleteFunc(names, func(n call) bool { return filepath.Dir(n.paths[len(n.paths)-1]) == path })
		case "openat":
			if c.made && !seen[path] {
				seen[path] = true
				names = append(names, c)
			}
		case "mkdir", "mkdirat":
			names = append(names, c)
		case "rename", "renameat", "renameat2":
			if to := c.paths[len(c.paths)-1]; !seen[to] {
				seen[to] = true
				names = append(names, c)
			}
			for file := range dirty {
				if file == path || strings.HasPrefix(file, path+"/") {
					t.Errorf("%v moves %s, which was not fsynced", c, file)
				}
			}
		}
	}
	for path := range dirty {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
			if err := os.Truncate(path, info.Size()/2); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range slices.Backward(names) {
		var err error
		if len(c.paths) > 1 {
			err = os.Rename(c.paths[1], c.paths[0])
		} else {
			err = os.RemoveAll(c.paths[0])
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}
