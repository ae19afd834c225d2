package formats_test

import (
	"bytes"
	"crypto/sha256"
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

// relisted replaces a tag file, and its digest in the tag list.
func (v *vectors) relisted(paths []string, data [][]byte, path string, with []byte) []byte {
	return v.edit(paths, data, func(p string, d []byte) (string, []byte, bool) {
		switch p {
		case path:
			d = with
		case bundle.TagList:
			for i, old := range paths {
				if old == path {
					d = bytes.Replace(d, []byte(hexOf(sha256.Sum256(data[i]))), []byte(hexOf(sha256.Sum256(with))), 1)
				}
			}
		}
		return p, d, true
	})
}

// pax is an extended header (type x) that says one thing of the file after it.
func pax(path, key string, value int64) []byte {
	record := fmt.Sprintf(" %s=%d\n", key, value)
	record = fmt.Sprint(len(record)+2) + record // its own length, of two digits, counts
	block := make([]byte, 1024)
	copy(block, full+"/"+path)
	copy(block[100:], "0000644\x000000000\x000000000\x00"+fmt.Sprintf("%011o\x00%011o\x00", len(record), 0))
	copy(block[512:], record)
	copy(block[156:], "x")
	copy(block[257:], "ustar\x0000")
	return resum(block, 0)
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
