package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// Restore reads the backup in dir, which Open has found whole, into the folder data,
// which must be empty or missing. database is given the draft of the folder and the
// dump, to read it into a database. The folder has its name once all is done.
func Restore(ctx context.Context, dir, data string, m Manifest, database func(ctx context.Context, draft string, dump io.Reader) error, identities ...age.Identity) error {
	if err := empty(data); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	draft := data + ".part"
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := os.MkdirAll(draft, 0o755); err != nil { // #nosec G301 -- the private database runs as another user
		return fmt.Errorf("restore: %w", err)
	}
	r := reader{dir: dir, identities: identities}
	if err := r.read(ctx, m, draft, database); err != nil {
		return errors.Join(fmt.Errorf("restore: %w", err), os.RemoveAll(draft))
	}
	if err := os.Remove(data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("restore: %w", err)
	}
	if err := rename(draft, data); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// empty refuses a folder that holds anything.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty (%s, …); name an empty folder with --data", dir, entries[0].Name())
	}
	return nil
}

type reader struct {
	dir        string
	identities []age.Identity
}

func (r reader) read(ctx context.Context, m Manifest, draft string, database func(context.Context, string, io.Reader) error) error {
	for _, part := range []string{folderPart, objectsPart, transparencyPart} {
		if !m.has(part) {
			continue
		}
		if err := r.open(part, func(in io.Reader) error { return unpack(ctx, in, draft) }); err != nil {
			return err
		}
	}
	return r.open(databasePart, func(in io.Reader) error { return database(ctx, draft, in) })
}

// open decrypts a part.
func (r reader) open(part string, use func(io.Reader) error) error {
	file, err := os.Open(filepath.Join(r.dir, part))
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := age.Decrypt(file, r.identities...)
	var wrong *age.NoIdentityMatchError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s: this passphrase or key does not open it", part)
	}
	if err == nil {
		err = use(plain)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	return nil
}
