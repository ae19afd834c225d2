package formats_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

// payload is written as cmd/offsite writes it.
func payload() []bundle.Payload {
	return []bundle.Payload{
		{Path: "incident.json", Data: []byte(`{"id":"` + full + `","kind":"incident","detector":"stall","camera":"0198c000-0000-7000-8000-00000000cafe",` +
			`"zone":{"id":"0198c000-0000-7000-8000-0000000000a1","version":1,"camera":"0198c000-0000-7000-8000-00000000cafe","detector":"stall","name_zh":"菜场门口","name_en":"Market gate",` +
			`"polygon":[{"x":0.1,"y":0.5},{"x":0.9,"y":0.5},{"x":0.9,"y":0.9},{"x":0.1,"y":0.9}]},"rule_version":"stall/1","params":{"dwell_s":60},` +
			`"first":"2026-11-24T08:30:00.000000Z","last":"2026-11-24T08:31:05.000000Z","raised":"2026-11-24T08:31:05.000000Z","dwell_s":65,"present":false,` +
			`"why":{"zh":"占道设摊 65 秒","en":"A stall stood in the zone for 65 s"},"values":{"dwell_s":65},` +
			`"boxes":[{"label":"stall","score":0.91,"box":{"x1":0.3,"y1":0.55,"x2":0.45,"y2":0.8}}],` +
			`"clip_from":"2026-11-24T08:30:00.000000Z","clip_to":"2026-11-24T08:31:15.000000Z",` +
			`"stills":[{"name":"0001","role":"raised","unit":1625,"at":"2026-11-24T08:31:05.000000Z","codec":"h264","boxes":null}]}`)},
		{Path: "camera.json", Data: []byte(`{"registered":{"id":"0198c000-0000-7000-8000-00000000cafe","name":"示例路 1 号","place":"崇明区堡镇，示例路 1 号"},` +
			`"stream":{"codec":"h264","width":1280,"height":720,"fps":25,"gop_ms":2000},"clock":{"source":"rtcp","offset_ns":-1200000},"received_at":"2026-11-24T08:31:05.100000Z"}`)},
		{Path: "models.json", Data: []byte(`[{"name":"objects","version":"1.0","sha256":"` + strings.Repeat("ab", 32) + `","runtime":"onnxruntime 1.30.0 cpu","input_shape":[1,3,320,320],"thresholds":{"stall":0.5}}]`)},
		{Path: "detections.ndjson", Data: []byte(`{"unit":1600,"at":"2026-11-24T08:31:04Z","light":0.6,"tracks":[{"id":7,"label":"stall","score":0.9,"box":{"x1":0.3,"y1":0.55,"x2":0.45,"y2":0.8},` +
			`"first":"2026-11-24T08:30:00Z","last":"2026-11-24T08:31:04Z","anchored":"2026-11-24T08:30:00Z"}]}` + "\n" + `{"unit":1625,"at":"2026-11-24T08:31:05Z","light":0.6}` + "\n")},
		{Path: "clip.mp4", Data: bytes.Repeat([]byte("not really a film "), 40)},
		{Path: "stills/0001.h264", Data: []byte{0, 0, 0, 1, 0x65, 0x88}},
		{Path: "stills/0001.png", Data: []byte("\x89PNG not really")},
		{Path: "overlays/0001.jpg", Data: []byte("not really either")},
	}
}

const fromSubstream = "0198c000-0000-7000-8000-000000000007"

// substream is the payload where looks were taken from the camera's second stream.
func substream() []bundle.Payload {
	var out []bundle.Payload
	for _, p := range payload() {
		text := strings.ReplaceAll(string(p.Data), full, fromSubstream)
		switch p.Path {
		case "incident.json":
			text = strings.Replace(text, `"clip_to":"2026-11-24T08:31:15.000000Z",`, `"clip_to":"2026-11-24T08:31:15.000000Z","looked_from":"2026-11-24T08:30:00.500000Z",`, 1)
			text = strings.Replace(text, `"stills":[{"name":"0001","role":"raised","unit":1625,"at":"2026-11-24T08:31:05.000000Z","codec":"h264","boxes":null}]`,
				`"stills":[{"name":"0001","role":"raised","apart_ms":-12.5,"unit":98431,"at":"2026-11-24T08:31:04.987500Z","codec":"h264","boxes":null},`+
					`{"name":"0002","role":"looked_raised","stream":"substream","unit":1625,"at":"2026-11-24T08:31:05.000000Z","codec":"h264","boxes":null}]`, 1)
		case "camera.json":
			text = strings.Replace(text, `"received_at"`, `"substream":{"codec":"h264","width":640,"height":360,"fps":25,"gop_ms":2000,"clock":{"source":"main","offset_ns":-1200000}},"received_at"`, 1)
		case "detections.ndjson":
			text = strings.ReplaceAll(text, `,"light"`, `,"stream":"substream","light"`)
		case "stills/0001.h264":
			out = append(out, bundle.Payload{Path: "clip-looked.mp4", Data: bytes.Repeat([]byte("nor is this "), 20)})
		}
		out = append(out, bundle.Payload{Path: p.Path, Data: []byte(text)})
	}
	return append(out, bundle.Payload{Path: "stills/0002.h264", Data: []byte{0, 0, 0, 1, 0x65, 0x89}},
		bundle.Payload{Path: "stills/0002.png", Data: []byte("\x89PNG not really")}, bundle.Payload{Path: "overlays/0002.jpg", Data: []byte("not really either")})
}

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
		ID: "0198c000-0000-7000-8000-000000000006", Parent: &bundle.Link{Bundle: c.ID, ManifestSHA256: hexOf(digest.SHA256)},
	}))
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
	v.add("broken-signature", 1, "seal", "seal/manifest.sig", "one bit of the signature is changed", replace("seal/manifest.sig", func(d []byte) []byte {
		d[10] ^= 1
		return d
	}))
	v.add("broken-signature-swapped", 1, "seal", "seal/manifest.sig", "the signature is another bundle's", replace("seal/manifest.sig", from("seal/manifest.sig")))
	v.add("broken-token-swapped", 1, "lists", "seal/manifest.tsr", "the token is another bundle's", replace("seal/manifest.tsr", from("seal/manifest.tsr")))
	v.add("broken-token", 1, "lists", "seal/manifest.tsr", "the token is no token", replace("seal/manifest.tsr", func([]byte) []byte { return []byte("no token") }))

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
	v.add("broken-empty", 1, "container", "", "nothing at all", nil)
	v.add("broken-text", 1, "container", "", "no tar", []byte(strings.Repeat("this is no tar\n", 100)))
}
