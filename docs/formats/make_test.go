package formats_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/verify"
)

var update = flag.Bool("update", false, "make the vectors anew")

// vector is one bundle and what a verifier must say of it.
type vector struct {
	File  string `json:"file"`
	Proof string `json:"proof,omitempty"` // of the transparency log
	Exit  int    `json:"exit"`            // 0 holds, 1 tampered with, 2 cannot be told
	Check string `json:"check,omitempty"` // the first check that does not hold
	Names string `json:"names,omitempty"` // the file that it names
	About string `json:"about"`
}

const vectorList = "vectors/vectors.json"

// TestMakeVectors writes them with `go test ./docs/formats -run MakeVectors -update`.
func TestMakeVectors(t *testing.T) {
	if !*update {
		t.Skip("vectors are made with -update only")
	}
	old, err := filepath.Glob("vectors/*.t*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		os.Remove(path)
	}
	v := &vectors{t: t, m: specimen.New(t), raised: time.Now().Add(-time.Second)}
	v.good()
	v.brokenFiles()
	v.brokenSeal()
	v.brokenTar()
	v.logged()
	trust, err := v.m.Trust.JSON()
	if err != nil {
		t.Fatal(err)
	}
	v.write("trust.json", trust)
	list, err := json.MarshalIndent(v.list, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	v.write("vectors.json", append(list, '\n'))
}

type vectors struct {
	t      *testing.T
	m      *specimen.Maker
	raised time.Time
	list   []vector
}

func (v *vectors) write(name string, data []byte) {
	if err := os.WriteFile(filepath.Join("vectors", name), data, 0o644); err != nil {
		v.t.Fatal(err)
	}
}

func (v *vectors) add(name string, exit int, check, names, about string, tar []byte) {
	v.write(name+".tar", tar)
	v.list = append(v.list, vector{File: name + ".tar", Exit: exit, Check: check, Names: names, About: about})
}

const full = "0198c000-0000-7000-8000-000000000002"

func (v *vectors) full() []byte {
	return v.m.Bundle(v.t, specimen.Spec{ID: full, Files: payload(), Sealed: v.raised.Add(time.Second)})
}

func (v *vectors) good() {
	minimal := v.m.Bundle(v.t, specimen.Spec{ID: "0198c000-0000-7000-8000-000000000001"})
	v.add("good-minimal", 0, "", "", "the least that a bundle can hold", minimal)
	v.add("good-full", 0, "", "", "every kind of file", v.full())
	v.add("good-substream", 0, "", "", "looks taken from the camera's substream", v.m.Bundle(v.t, specimen.Spec{ID: fromSubstream, Files: substream(), Sealed: v.raised.Add(time.Second)}))
	c := v.read(minimal)
	digest, _ := c.File(bundle.ManifestDoc)
	v.add("good-chained", 0, "", "", "names good-minimal as the bundle before it", v.m.Bundle(v.t, specimen.Spec{
		ID: "0198c000-0000-7000-8000-000000000003", Previous: &bundle.Link{Bundle: c.ID, ManifestSHA256: hexOf(digest.SHA256)},
	}))
	v.add("good-sm2", 0, "", "", "with an SM2 seal beside the Ed25519 one", v.m.Bundle(v.t, specimen.Spec{
		ID: "0198c000-0000-7000-8000-000000000004", SM2: true,
	}))
	v.add("good-two-tokens", 0, "", "", "with two timestamp tokens", v.m.Bundle(v.t, specimen.Spec{
		ID: "0198c000-0000-7000-8000-000000000005", Tokens: 2,
	}))
	v.add("good-redacted", 0, "", "", "a redacted copy that names its parent", v.m.Bundle(v.t, specimen.Spec{
		ID: redactedCopy, Kind: "redacted", Files: redacted(c.ID), Parent: &bundle.Link{Bundle: c.ID, ManifestSHA256: hexOf(digest.SHA256)},
	}))
	v.add("good-gap", 0, "", "", "a time in which the camera saw nothing", v.m.Bundle(v.t, specimen.Spec{ID: blindTime, Kind: "gap", Files: gap()}))
	v.add("good-inquiry", 0, "", "", "the recording of an inquiry by video", v.m.Bundle(v.t, specimen.Spec{ID: recorded, Kind: "inquiry", Camera: "room-" + heldFor, Files: inquiry()}))
}

// brokenFiles are sound tars whose files are not those that were sealed.
func (v *vectors) brokenFiles() {
	tar := v.full()
	c := v.read(tar)
	change := func(path string, at int64) []byte {
		out := bytes.Clone(tar)
		f, _ := c.File(path)
		out[f.Offset+at] ^= 1
		return out
	}
	v.add("broken-payload", 1, "files", "data/clip.mp4", "one bit of the clip is changed", change("data/clip.mp4", 100))
	v.add("broken-tag", 1, "layout", "bagit.txt", "one bit of bagit.txt is changed", change("bagit.txt", 3))
	v.add("broken-payload-list", 1, "files", "manifest-sha256.txt", "one digit of the payload list is changed", change("manifest-sha256.txt", 0))
	v.add("broken-tag-list", 1, "lists", "tagmanifest-sha256.txt", "one digit of the tag list is changed", change("tagmanifest-sha256.txt", 0))

	paths, data := v.split(tar)
	without := func(path string) []byte {
		return v.edit(paths, data, func(p string, d []byte) (string, []byte, bool) { return p, d, p != path })
	}
	rename := func(from, to string) []byte {
		return v.edit(paths, data, func(p string, d []byte) (string, []byte, bool) {
			if p == from {
				p = to
			}
			return p, d, true
		})
	}
	v.add("broken-removed", 1, "files", "data/stills/0001.png", "a still was removed", without("data/stills/0001.png"))
	v.add("broken-no-token", 1, "layout", "seal/manifest.tsr", "the timestamp token was removed", without("seal/manifest.tsr"))
	v.add("broken-no-signature", 1, "layout", "seal/manifest.sig", "the signature was removed", without("seal/manifest.sig"))
	v.add("broken-no-manifest", 1, "layout", "seal/manifest.json", "the sealed manifest was removed", without("seal/manifest.json"))
	v.add("broken-renamed", 1, "files", "data/clip2.mp4", "the clip was renamed", rename("data/clip.mp4", "data/clip2.mp4"))
	v.add("broken-added-payload", 1, "files", "data/more.txt", "a file was added to the payload",
		v.build(append(append([]string{}, paths...), "data/more.txt"), append(append([][]byte{}, data...), []byte("x"))))
	v.add("broken-added-tag", 1, "layout", "seal/more.txt", "a file was added to the seal",
		v.build(append(append([]string{}, paths...), "seal/more.txt"), append(append([][]byte{}, data...), []byte("x"))))
	v.add("broken-order", 1, "layout", "data/camera.json", "two files changed places", v.swapped(paths, data))
}

func (v *vectors) swapped(paths []string, data [][]byte) []byte {
	p, d := append([]string{}, paths...), append([][]byte{}, data...)
	p[1], p[2], d[1], d[2] = p[2], p[1], d[2], d[1]
	return v.build(p, d)
}

// brokenSeal are bundles whose manifest, signature or token is wrong.
func (v *vectors) brokenSeal() {
	paths, data := v.split(v.full())
	other := v.m.Bundle(v.t, specimen.Spec{ID: full, Sealed: v.raised.Add(time.Second)})
	otherPaths, otherData := v.split(other)
	replace := func(path string, with func(old []byte) []byte) []byte {
		return v.edit(paths, data, func(p string, d []byte) (string, []byte, bool) {
			if p == path {
				d = with(bytes.Clone(d))
			}
			return p, d, true
		})
	}
	from := func(path string) func([]byte) []byte {
		return func([]byte) []byte {
			for i, p := range otherPaths {
				if p == path {
					return otherData[i]
				}
			}
			return nil
		}
	}
	v.add("broken-manifest", 1, "seal", "seal/manifest.json", "the manifest names another camera", replace("seal/manifest.json", func(d []byte) []byte {
		return bytes.Replace(d, []byte("cafe"), []byte("cafd"), 1)
	}))
	v.add("broken-manifest-spaces", 1, "manifest", "seal/manifest.json", "the manifest is not canonical JSON", replace("seal/manifest.json", func(d []byte) []byte {
		return bytes.Replace(d, []byte(","), []byte(", "), 1)
	}))
	v.add("broken-manifest-twice", 1, "manifest", "seal/manifest.json", "the manifest has a name twice", replace("seal/manifest.json", func(d []byte) []byte {
		return append([]byte(`{"bundle":"x",`), d[1:]...)
	}))
	v.add("broken-manifest-number", 1, "manifest", "seal/manifest.json", "the manifest has a number that no program holds", replace("seal/manifest.json", func(d []byte) []byte {
		return regexp.MustCompile(`"size":\d+`).ReplaceAll(d, []byte(`"size":1e999999999`))
	}))
	v.add("broken-manifest-text", 1, "manifest", "seal/manifest.json", "the manifest is not UTF-8", replace("seal/manifest.json", func(d []byte) []byte {
		return bytes.Replace(d, []byte("cafe"), []byte("ca\xff\xfe"), 1)
	}))
	v.add("broken-signature", 1, "seal", "seal/manifest.sig", "one bit of the signature is changed", replace("seal/manifest.sig", func(d []byte) []byte {
		d[10] ^= 1
		return d
	}))
	v.add("broken-signature-swapped", 1, "seal", "seal/manifest.sig", "the signature is another bundle's", replace("seal/manifest.sig", from("seal/manifest.sig")))
	v.add("broken-token-swapped", 1, "lists", "seal/manifest.tsr", "the token is another bundle's", replace("seal/manifest.tsr", from("seal/manifest.tsr")))
	v.add("broken-token", 1, "lists", "seal/manifest.tsr", "the token is no token", replace("seal/manifest.tsr", func([]byte) []byte { return []byte("no token") }))

	v.add("broken-token-imprint", 1, "timestamp", "seal/manifest.tsr", "the token is another bundle's, and the tag list says so too", v.relisted(paths, data, "seal/manifest.tsr", from("seal/manifest.tsr")(nil)))
	v.add("broken-token-expired", 1, "timestamp", "seal/manifest.tsr", "the token is of the authority, by a certificate that had expired",
		v.m.Bundle(v.t, specimen.Spec{ID: full, Sealed: v.raised.Add(time.Second), Lapsed: true}))

	stranger := specimen.New(v.t)
	v.add("unknown-key", 2, "seal", "seal/manifest.sig", "sealed and timestamped by strangers", stranger.Bundle(v.t, specimen.Spec{ID: full}))
	sealer, err := seal.NewSealer(v.m.Key)
	if err != nil {
		v.t.Fatal(err)
	}
	v.add("unknown-authority", 2, "timestamp", "seal/manifest.tsr", "sealed by us, timestamped by strangers", stranger.Bundle(v.t, specimen.Spec{ID: full, Sealer: sealer}))
	v.add("broken-future", 1, "timestamp", "seal/manifest.tsr", "it claims to be sealed an hour after its timestamp",
		v.m.Bundle(v.t, specimen.Spec{ID: full, Sealed: time.Now().Add(time.Hour)}))
}

// logged are bundles with the log's receipt, the last of a log of seven entries.
func (v *vectors) logged() {
	dir := v.t.TempDir()
	l, err := translog.Open(v.t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Origin: "specimen.invalid/log", Interval: 100 * time.Millisecond})
	if err != nil {
		v.t.Fatal(err)
	}
	defer l.Stop()
	tar := v.full()
	c := v.read(tar)
	m, err := bundle.ParseManifest(c.Text[bundle.ManifestDoc])
	if err != nil {
		v.t.Fatal(err)
	}
	digest, _ := c.File(bundle.ManifestDoc)
	entries := []proof.Entry{}
	for i := range 6 {
		entries = append(entries, proof.Entry{Kind: proof.KindCase, ID: fmt.Sprint(i), SHA256: strings.Repeat("0", 64), At: v.raised})
	}
	var proofs [][]byte
	for _, e := range append(entries, proof.BundleEntry(m.Bundle, hexOf(digest.SHA256), m.Sealed)) {
		text, err := l.Record(v.t.Context(), e)
		if err != nil {
			v.t.Fatal(err)
		}
		proofs = append(proofs, text)
	}
	trusted := l.Trusted()
	v.m.Trust.Log = &trusted
	last := proofs[len(proofs)-1]
	v.proof("good-logged", 0, "", "entry 6 of the transparency log", tar, last)
	v.proof("broken-logged-other", 1, "log", "the log's receipt is of another entry", tar, proofs[3])
	at := bytes.IndexByte(last, '\n') + 1
	v.proof("broken-logged-index", 1, "log", "the log's receipt names another place", tar, bytes.Replace(last, last[at:at+8], []byte("index 5\n"), 1))
	v.proof("unknown-log", 2, "log", "the log's receipt is of another log", tar, bytes.Replace(last, []byte("specimen.invalid/log\n7"), []byte("stranger.invalid/log\n7"), 1))
}

func (v *vectors) proof(name string, exit int, check, about string, tar, text []byte) {
	names := ""
	if exit != 0 {
		names = verify.LogProof
	}
	v.add(name, exit, check, names, about, tar)
	v.list[len(v.list)-1].Proof = name + ".tlog-proof"
	v.write(name+".tlog-proof", text)
}

// brokenTar are archives that our writer would not have written.
func (v *vectors) brokenTar() {
	tar := v.full()
	c := v.read(tar)
	clip, _ := c.File("data/clip.mp4")
	at := func(offset int64, b byte) []byte {
		out := bytes.Clone(tar)
		out[offset] ^= b
		return out
	}
	v.add("broken-padding", 1, "container", "data/clip.mp4", "a byte of the padding after the clip is changed", at(clip.Offset+clip.Size, 1))
	v.add("broken-header", 1, "container", "data/clip.mp4", "the clip's header is changed", at(clip.Offset-512+100, 1))
	v.add("broken-truncated", 1, "container", "", "the end is missing", tar[:len(tar)-1024])
	v.add("broken-cut", 1, "container", "data/clip.mp4", "it breaks off within the clip", tar[:clip.Offset+50])
	v.add("broken-trailing", 1, "container", "", "something follows the end", append(bytes.Clone(tar), 'x'))
	head := func(edit func(block []byte)) []byte {
		out := bytes.Clone(tar)
		edit(out[clip.Offset-512 : clip.Offset])
		return resum(out, clip.Offset-512)
	}
	v.add("broken-link", 1, "container", "data/clip.mp4", "the clip is a symbolic link", head(func(b []byte) { b[156] = '2'; copy(b[157:], "/etc/passwd") }))
	v.add("broken-bomb", 1, "container", "data/clip.mp4", "the clip claims 8 GiB", head(func(b []byte) { copy(b[124:], "77777777777") }))
	v.add("broken-name", 1, "container", "data/clip.mp4", "the clip's name leaves the bag", head(func(b []byte) {
		copy(b[:100], make([]byte, 100))
		copy(b, full+"/../evil")
	}))
	v.add("broken-case", 1, "container", "data/stills/0001.png", "two names differ in case only", head(func(b []byte) {
		copy(b[:100], make([]byte, 100))
		copy(b, full+"/DATA/stills/0001.PNG")
	}))
	v.add("broken-absolute", 1, "container", "data/clip.mp4", "the clip's name is absolute", head(func(b []byte) {
		copy(b[:100], make([]byte, 100))
		copy(b, "/etc/passwd")
	}))
	v.add("broken-device", 1, "container", "data/clip.mp4", "the clip is a device", head(func(b []byte) { b[156] = '3' }))
	v.add("broken-sparse", 1, "container", "data/clip.mp4", "the clip is a sparse file of GNU tar", head(func(b []byte) { b[156] = 'S' }))
	v.add("broken-huge", 1, "container", "data/clip.mp4", "the clip claims 1 TiB, as GNU tar writes it", head(func(b []byte) {
		binary.BigEndian.PutUint64(b[128:136], 1<<40)
		copy(b[124:128], []byte{0x80, 0, 0, 0})
	}))
	extended := pax(clip.Path, "size", 1<<40)
	v.add("broken-huge-pax", 1, "container", "data/clip.mp4", "an extended header claims 1 TiB for the clip", bytes.Join([][]byte{tar[:clip.Offset-512], extended, tar[clip.Offset-512:]}, nil))
	after := clip.Offset + clip.Size + -clip.Size&511
	v.add("broken-duplicate", 1, "container", "data/clip.mp4", "the clip is there twice", bytes.Join([][]byte{tar[:after], tar[clip.Offset-512:]}, nil))
	v.add("broken-empty", 1, "container", "", "nothing at all", nil)
	v.add("broken-text", 1, "container", "", "no tar", []byte(strings.Repeat("this is no tar\n", 100)))
}
