package bundle

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const blockBytes = 512

// header makes the one header block that a file of that name and size can have.
func header(id, path string, size int64, modified time.Time) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	err := w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: id + "/" + path, Size: size,
		Mode: 0o644, ModTime: modified.Truncate(time.Second), Format: tar.FormatUSTAR,
	})
	if err != nil {
		return nil, fmt.Errorf("write tar header of %s: %w", path, err)
	}
	if buf.Len() != blockBytes {
		return nil, fmt.Errorf("write tar header of %s: it takes %d bytes instead of %d", path, buf.Len(), blockBytes)
	}
	return buf.Bytes(), nil
}

// padding is how many zero bytes follow a file of that size.
func padding(size int64) int64 { return -size & (blockBytes - 1) }

// fields are what can be read from a header block, whether or not it is sound.
type fields struct {
	id, path string
	size     int64
	modified time.Time
}

func (f fields) sameBag(other fields) bool {
	return f.id == other.id && f.modified.Equal(other.modified)
}

// readHeader reads the block's name, size and time. Its error means that nothing
// after the block can be found.
func readHeader(block []byte) (fields, error) {
	var f fields
	name, _, _ := strings.Cut(string(block[:100]), "\x00")
	f.id, f.path, _ = strings.Cut(name, "/")
	var err error
	if f.size, err = octal(block[124:136]); err != nil {
		return f, fmt.Errorf("its size cannot be read")
	}
	if block[156] != tar.TypeReg {
		return f, fmt.Errorf("it is no plain file (type %q)", block[156])
	}
	seconds, err := octal(block[136:148])
	if err != nil {
		seconds = -1
	}
	f.modified = time.Unix(seconds, 0).UTC()
	return f, nil
}

func octal(field []byte) (int64, error) {
	text, _, _ := strings.Cut(string(field), "\x00")
	n, err := strconv.ParseUint(text, 8, 63)
	return int64(n), err
}

// sound tells whether the block is, byte by byte, the header our writer would
// have made for what it says.
func sound(block []byte, f fields) bool {
	want, err := header(f.id, f.path, f.size, f.modified)
	return err == nil && bytes.Equal(want, block)
}
