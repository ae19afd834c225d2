package s3

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Settle brings the object to the disk: its bytes, its metadata and its name.
// The store itself leaves that to the kernel, so that a power cut could take
// what it has acknowledged; call Settle before dropping the only other copy.
func (s *Server) Settle(bucket, key string) error {
	path := filepath.Join(s.objects, bucket, filepath.FromSlash(key))
	if !strings.HasPrefix(path, s.objects+string(filepath.Separator)) {
		return fmt.Errorf("settle object %s/%s: this is no object's name", bucket, key)
	}
	if s.sideCar {
		return s.settleAll()
	}
	for ; path != filepath.Dir(s.objects); path = filepath.Dir(path) {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("settle object %s/%s: %w", bucket, key, err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("settle object %s/%s: %w", bucket, key, err)
		}
	}
	return nil
}

// settleAll is for metadata in files of their own, whose names the store keeps
// to itself.
func (s *Server) settleAll() error {
	f, err := os.Open(s.objects)
	if err != nil {
		return fmt.Errorf("settle objects: %w", err)
	}
	if err := errors.Join(unix.Syncfs(int(f.Fd())), f.Close()); err != nil {
		return fmt.Errorf("settle objects: %w", err)
	}
	return nil
}
