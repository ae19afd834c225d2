package measure_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	flog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"

	"offsite/bench"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
)

// grown is a log of so many entries as Tessera lays it out, but for the entries themselves,
// which no proof needs: entered one by one it would take hours.
type grown struct {
	t      *testing.T
	dir    string
	levels []*growing
}

// growing is the tile of a level that is being filled.
type growing struct {
	index uint64
	tile  []byte
}

const tileHashes = 256

// add puts a hash on a level; a full tile's root goes to the level above.
func (g *grown) add(level int, hash []byte) {
	if level == len(g.levels) {
		g.levels = append(g.levels, &growing{})
	}
	l := g.levels[level]
	if l.tile = append(l.tile, hash...); len(l.tile) < tileHashes*sha256.Size {
		return
	}
	g.write(level, 0)
	g.add(level+1, rootOf(l.tile))
	l.index, l.tile = l.index+1, l.tile[:0]
}

func (g *grown) write(level int, partial uint8) {
	l := g.levels[level]
	path := filepath.Join(g.dir, layout.TilePath(uint64(level), l.index, partial))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, l.tile, 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// rootOf is the root of a full tile.
func rootOf(tile []byte) []byte {
	hashes := make([][]byte, 0, tileHashes)
	for at := 0; at < len(tile); at += sha256.Size {
		hashes = append(hashes, tile[at:at+sha256.Size])
	}
	for ; len(hashes) > 1; hashes = hashes[:len(hashes)/2] {
		for i := range len(hashes) / 2 {
			hashes[i] = rfc6962.DefaultHasher.HashChildren(hashes[2*i], hashes[2*i+1])
		}
	}
	return hashes[0]
}

func entryOf(t *testing.T, i uint64, at time.Time) []byte {
	entry, err := proof.Entry{Kind: proof.KindCase, ID: fmt.Sprint(i), SHA256: fmt.Sprintf("%064x", i), At: at}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// grow makes the log and signs its checkpoint.
func grow(t *testing.T, dir string, n uint64, at time.Time) (translog.Source, seal.TrustedLog) {
	g := &grown{t: t, dir: dir}
	whole := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for i := range n {
		leaf := rfc6962.DefaultHasher.HashLeaf(entryOf(t, i, at))
		g.add(0, leaf)
		if err := whole.Append(leaf, nil); err != nil {
			t.Fatal(err)
		}
	}
	for level, l := range g.levels {
		if len(l.tile) > 0 {
			g.write(level, uint8(len(l.tile)/sha256.Size))
		}
	}
	root, err := whole.GetRootHash(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := translog.OpenKey(filepath.Join(t.TempDir(), "log.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(key.Private)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: string(flog.Checkpoint{Origin: key.Name, Size: n, Hash: root}.Marshal())}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, layout.CheckpointPath), signed, 0o600); err != nil {
		t.Fatal(err)
	}
	return translog.Folder(dir), seal.TrustedLog{Origin: key.Name, Verifier: key.Public}
}

// proved asks a big log for proofs all over it, and checks each.
func proved(t *testing.T, n uint64, set bench.Set) {
	const proofs = 2000
	at := time.Now()
	source, trusted := grow(t, t.TempDir(), n, at)
	size := 0
	var took time.Duration
	for k := range uint64(proofs) {
		i := k * (n - 1) / (proofs - 1)
		begun := time.Now()
		text, err := translog.Prove(t.Context(), source, i)
		if err != nil {
			t.Fatal(err)
		}
		took += time.Since(begun)
		size = max(size, len(text))
		p, err := proof.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Check(entryOf(t, i, at), trusted.ForProofs()); err != nil {
			t.Fatalf("the proof of entry %d of %d: %v", i, n, err)
		}
	}
	of := fmt.Sprintf("of %d entries, %d proofs, each checked", n, proofs)
	set["log_proof_ms"] = bench.Figure{Value: took.Seconds() * 1000 / proofs, Unit: "ms", Goal: "≤ 5", Peer: of, Command: command}
	set["log_proof_bytes"] = bench.Figure{Value: float64(size), Unit: "bytes", Goal: "≤ 2048", Peer: of, Command: command}
}

// A small one, each entry of which is proved, shows that the layout is the one that proofs are
// made from.
func TestAGrownLogIsALog(t *testing.T) {
	t.Parallel()
	for _, n := range []uint64{1, 256, 257, 70_000} {
		set := bench.Set{}
		proved(t, n, set)
		if bytes := set["log_proof_bytes"].Value; bytes < 100 || bytes > 2048 {
			t.Errorf("a proof of %d entries has %v bytes", n, bytes)
		}
	}
}
