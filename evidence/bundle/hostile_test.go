package bundle_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"offsite/evidence/bundle"
)

// head is a bundle in which the header of the clip was changed, and summed again.
func head(t *testing.T, change func(block []byte)) []byte {
	t.Helper()
	tar := write(t, bundle.Payload{Path: "incident.json", Data: []byte("{}")}, bundle.Payload{Path: "clip.mp4", Data: make([]byte, 1000)}, bundle.Payload{Path: "more.mp4"})
	c := read(t, tar, bundle.Whole)
	clip, ok := c.File("data/clip.mp4")
	if !ok {
		t.Fatal("there is no clip")
	}
	block := tar[clip.Offset-512 : clip.Offset]
	change(block)
	copy(block[148:156], "        ")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return tar
}

func named(name string) func([]byte) {
	return func(block []byte) {
		clear(block[:100])
		copy(block, name)
	}
}

func typed(kind byte) func([]byte) { return func(block []byte) { block[156] = kind } }

func sized(field string) func([]byte) { return func(block []byte) { copy(block[124:136], field) } }

// TestHeadersThatAreRefused: what other programs unpack to somewhere else, follow, or read
// as something else than we do. Nothing is unpacked here, and each is named.
func TestHeadersThatAreRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func([]byte)
		says   string
	}{
		"..":                    {named(id + "/../evil"), "file name"},
		".. further in":         {named(id + "/data/../../evil"), "file name"},
		".. by backslash":       {named(id + `/data\..\..\evil`), "file name"},
		".. as its folder":      {named("../" + id + "/data/clip.mp4"), "bundle id"},
		".":                     {named(id + "/./data/clip.mp4"), "file name"},
		"absolute":              {named("/etc/passwd"), "bundle id"},
		"absolute within":       {named(id + "//etc/passwd"), "file name"},
		"a drive":               {named(`C:\evil`), "header was changed"},
		"a stream":              {named(id + "/data/clip.mp4:evil"), "file name"},
		"a folder's name":       {named(id + "/data/clip/"), "header was changed"},
		"hidden":                {named(id + "/data/.clip"), "file name"},
		"an option's name":      {named(id + "/--checkpoint-action=exec"), "file name"},
		"no name":               {named(""), "header was changed"},
		"upper case twice":      {named(id + "/DATA/MORE.MP4"), "another file of this name, case ignored"},
		"an id in upper case":   {named(strings.ToUpper(id) + "/data/clip.mp4"), "another bundle id"},
		"a letter like another": {named(id + "/data/\u212Aeep"), "header was changed"}, // Kelvin, which is k where case is ignored
		"a full-width name":     {named(id + "/data/\uff0e\uff0e/evil"), "header was changed"},
		"a name after its end":  {named(id + "/data/clip.mp4\x00.evil"), "header was changed"},
		"a prefix":              {func(b []byte) { copy(b[345:], "../..") }, "header was changed"},
		"a target without link": {func(b []byte) { copy(b[157:], "/etc/passwd") }, "header was changed"},
		"an owner":              {func(b []byte) { copy(b[265:], "root") }, "header was changed"},
		"a mode":                {func(b []byte) { copy(b[100:], "0004755") }, "header was changed"},
		"GNU's magic":           {func(b []byte) { copy(b[257:], "ustar  \x00") }, "header was changed"},
		"1 TiB":                 {func(b []byte) { copy(b[124:], "\x80\x00\x00\x00"); binary.BigEndian.PutUint64(b[128:], 1<<40) }, "size cannot be read"},
		"less than nothing":     {func(b []byte) { copy(b[124:], bytes.Repeat([]byte{0xff}, 12)) }, "size cannot be read"},
		"less, in digits":       {sized("-0000000001\x00"), "size cannot be read"},
		"blanks":                {sized("       1750\x00"), "size cannot be read"},
		"64 GiB":                {sized("777777777777"), "it claims 68719476735 bytes"},
		"8 GiB":                 {sized("77777777777\x00"), "it claims 8589934591 bytes"},
		"no size":               {sized("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "size cannot be read"},
	}
	for kind, about := range map[byte]string{
		0: "an old file", '1': "a hard link", '2': "a link", '3': "a character device", '4': "a block device", '5': "a folder", '6': "a pipe", '7': "a contiguous file",
		'S': "a sparse file", 'L': "a long name", 'K': "a long target", 'x': "an extended header", 'g': "one for all", 'M': "a later volume", 'V': "a volume's name",
	} {
		cases[about] = struct {
			change func([]byte)
			says   string
		}{typed(kind), "no plain file"}
	}
	for name, h := range cases {
		c, err := bundle.Read(bytes.NewReader(head(t, h.change)), bundle.Whole, 1<<20)
		if err != nil {
			t.Errorf("%s: it is not told from a failure to read: %v", name, err)
			continue
		}
		found := false
		for _, p := range c.Problems {
			found = found || strings.Contains(p.EN, h.says)
			if !strings.ContainsFunc(p.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: in Chinese it is %q", name, p.ZH)
			}
		}
		if !found {
			t.Errorf("%s: it does not say %q: %v", name, h.says, c.Problems)
		}
	}
}
