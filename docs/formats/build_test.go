package formats_test

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"offsite/evidence/bundle"
)

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

func (v *vectors) read(tar []byte) bundle.Contents {
	v.t.Helper()
	c, err := bundle.Read(bytes.NewReader(tar), bundle.Whole, 1<<30)
	if err != nil || len(c.Problems) > 0 {
		v.t.Fatalf("%v %v", err, c.Problems)
	}
	return c
}

// split takes a bundle apart.
func (v *vectors) split(tar []byte) (paths []string, data [][]byte) {
	for _, f := range v.read(tar).Files {
		paths = append(paths, f.Path)
		data = append(data, tar[f.Offset:f.Offset+f.Size])
	}
	return paths, data
}

// build writes a tar of those files as our writer would.
func (v *vectors) build(paths []string, data [][]byte) []byte {
	v.t.Helper()
	var buf bytes.Buffer
	w, err := bundle.NewWriter(&buf, full, v.raised)
	if err != nil {
		v.t.Fatal(err)
	}
	for i, p := range paths {
		if err := w.Add(p, data[i]); err != nil {
			v.t.Fatal(err)
		}
	}
	if err := w.End(); err != nil {
		v.t.Fatal(err)
	}
	return buf.Bytes()
}

// edit builds a tar of what the function makes of each file.
func (v *vectors) edit(paths []string, data [][]byte, change func(path string, data []byte) (string, []byte, bool)) []byte {
	var p [][]byte
	var names []string
	for i := range paths {
		if path, d, keep := change(paths[i], data[i]); keep {
			names, p = append(names, path), append(p, d)
		}
	}
	return v.build(names, p)
}

// resum corrects the checksum of the header at that offset.
func resum(tar []byte, at int64) []byte {
	block := tar[at : at+512]
	copy(block[148:156], "        ")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return tar
}
