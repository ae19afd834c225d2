package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// attribute is how PAX headers name extended attributes, in which the private
// store keeps its locks.
const attribute = "SCHILY.xattr."

// entry is a file or folder and its name in the archive.
type entry struct{ path, name string }

// pack writes entries, those that are there, as a tar.
func pack(ctx context.Context, w io.Writer, entries ...entry) error {
	p := packer{ctx: ctx, tar: tar.NewWriter(w)}
	for _, e := range entries {
		info, err := os.Lstat(e.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err == nil && info.IsDir():
			err = p.folder(e.path, e.name)
		case err == nil:
			err = p.files(map[string]string{e.name: e.path})
		}
		if err != nil {
			return err
		}
	}
	return p.tar.Close()
}

type packer struct {
	ctx context.Context
	tar *tar.Writer
}

// folder writes a folder. What is removed while it is read is left out: its files
// are opened together, so that an entry of the spool is there whole or not at all.
func (p *packer) folder(path, name string) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if err := p.itself(path, name); err != nil {
		return err
	}
	var folders []string
	var files map[string]string
	for again := true; again; {
		entries, err := os.ReadDir(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		folders, files = nil, map[string]string{}
		for _, e := range entries {
			switch {
			case e.IsDir():
				folders = append(folders, e.Name())
			case e.Type().IsRegular() && !passing(e.Name()):
				files[name+"/"+e.Name()] = filepath.Join(path, e.Name())
			}
		}
		err = p.files(files)
		if again = errors.Is(err, errVanished); err != nil && !again {
			return err
		}
	}
	for _, f := range folders {
		if name == "spool" && f == "drafts" {
			continue
		}
		if err := p.folder(filepath.Join(path, f), name+"/"+f); err != nil {
			return err
		}
	}
	return nil
}

// passing tells files that are being written or are locks.
func passing(name string) bool {
	return strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, ".part") || name == "lock"
}

var errVanished = errors.New("a file was removed meanwhile")

// files writes files, by their names in the archive: all of them, or none and
// errVanished.
func (p *packer) files(paths map[string]string) error {
	open := map[string]*os.File{}
	defer func() {
		for _, f := range open {
			_ = f.Close()
		}
	}()
	for name, path := range paths {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return errVanished
		}
		if err != nil {
			return err
		}
		open[name] = f
	}
	names := make([]string, 0, len(open))
	for name := range open {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := p.file(open[name], name); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) file(f *os.File, name string) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h, err := header(info, f.Name(), name)
	if err != nil {
		return err
	}
	if err := p.tar.WriteHeader(h); err != nil {
		return err
	}
	// What is appended while we read, such as to a register, is left for the next backup.
	_, err = io.CopyN(p.tar, f, info.Size())
	return err
}

// itself writes the folder, without what is in it.
func (p *packer) itself(path, name string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := header(info, path, name+"/")
	if err != nil {
		return err
	}
	return p.tar.WriteHeader(h)
}

func header(info fs.FileInfo, path, name string) (*tar.Header, error) {
	h, err := tar.FileInfoHeader(info, "")
	if err != nil {
		return nil, err
	}
	h.Name, h.Format = name, tar.FormatPAX
	h.Uname, h.Gname, h.Uid, h.Gid = "", "", 0, 0
	attributes, err := attributes(path)
	if err != nil || len(attributes) == 0 {
		return h, err
	}
	h.PAXRecords = map[string]string{}
	for k, v := range attributes {
		h.PAXRecords[attribute+k] = v
	}
	return h, nil
}

// attributes reads the user's extended attributes; none where the disk has none.
func attributes(path string) (map[string]string, error) {
	const most = 64 << 10
	list := make([]byte, most)
	n, err := unix.Llistxattr(path, list)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the attributes of %s: %w", path, err)
	}
	found := map[string]string{}
	for name := range bytes.SplitSeq(list[:n], []byte{0}) {
		if !bytes.HasPrefix(name, []byte("user.")) {
			continue
		}
		value := make([]byte, most)
		n, err := unix.Lgetxattr(path, string(name), value)
		if err != nil {
			return nil, fmt.Errorf("read attribute %s of %s: %w", name, path, err)
		}
		found[string(name)] = string(value[:n])
	}
	return found, nil
}

// unpack reads a tar into dir.
func unpack(ctx context.Context, r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	var folders []*tar.Header
	for in := tar.NewReader(r); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			folders = append(folders, h)
			err = root.MkdirAll(strings.TrimSuffix(h.Name, "/"), 0o700)
		case tar.TypeReg:
			err = extract(root, h, in)
		default:
			err = fmt.Errorf("%s is neither file nor folder", h.Name)
		}
		if err != nil {
			return err
		}
	}
	for _, h := range slices.Backward(folders) { // modes and times last, deepest first
		if err := finish(root, h); err != nil {
			return err
		}
	}
	return nil
}

func extract(root *os.Root, h *tar.Header, in io.Reader) error {
	f, err := root.OpenFile(h.Name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return finish(root, h)
}

// finish gives what was unpacked its attributes, mode and time.
func finish(root *os.Root, h *tar.Header) error {
	name := strings.TrimSuffix(h.Name, "/")
	path := filepath.Join(root.Name(), name)
	for k, v := range h.PAXRecords {
		if key, ok := strings.CutPrefix(k, attribute); ok {
			if err := unix.Lsetxattr(path, key, []byte(v), 0); err != nil {
				return fmt.Errorf("give %s its attribute %s: %w; restore to a disk that has extended attributes", path, key, err)
			}
		}
	}
	if err := root.Chmod(name, h.FileInfo().Mode().Perm()); err != nil {
		return err
	}
	return root.Chtimes(name, h.ModTime, h.ModTime)
}
