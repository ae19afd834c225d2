package postgres

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const (
	port        = 5432 // only a part of the socket's name; nothing listens on TCP
	maxSockPath = 107
)

// socketDir returns the folder for the socket, made for the account alone. Where
// the path would be too long for a socket, or closed to the account, one under
// /run or the temporary folder takes its place, always the same for a cluster.
func (a account) socketDir(wanted, dataDir string) (string, error) {
	candidates := []string{wanted}
	if wanted == "" {
		candidates = []string{filepath.Join(filepath.Dir(dataDir), "run")}
	}
	name := fmt.Sprintf("offsite-%x", sha256.Sum256([]byte(dataDir)))[:20]
	candidates = append(candidates, filepath.Join("/run", name), filepath.Join(os.TempDir(), name), filepath.Join("/tmp", name))
	var last error
	for _, dir := range candidates {
		path := filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d", port))
		if len(path) > maxSockPath {
			last = fmt.Errorf("%s has %d bytes, a socket's path can have %d", path, len(path), maxSockPath)
			continue
		}
		if last = a.claim(dir); last == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("find a folder for PostgreSQL's socket: %w", last)
}

// claim makes dir ours. In a folder that all can write, another's folder of that
// name is a trap, and refused.
func (a account) claim(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || ok && int(st.Uid) != a.uid && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to somebody else", dir)
	}
	if err := a.own(dir); err != nil {
		return err
	}
	return a.reach(dir)
}
