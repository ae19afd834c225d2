// Package proof checks offline that something stands in a transparency log.
//
// In: an entry, a proof as C2SP's tlog-proof writes it (index, inclusion proof,
// signed checkpoint), and the log that is trusted. Out: where the entry stands.
// It opens no connection, so that the verifier can use it.
package proof

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

const (
	header    = "c2sp.org/tlog-proof@v1"
	maxBytes  = 64 << 10
	maxHashes = 64
)

// Errors that a caller tells apart.
var (
	// ErrBroken: the proof cannot be read, or does not prove the entry.
	ErrBroken = errors.New("the proof is broken")
	// ErrStranger: the checkpoint is not signed by the trusted log.
	ErrStranger = errors.New("the checkpoint is not signed by the log of trust.json")
	// ErrWitnesses: too few witnesses have signed the checkpoint.
	ErrWitnesses = errors.New("too few witnesses have seen the checkpoint")
)

// Trusted is the log whose proofs count.
type Trusted struct {
	Origin    string
	Verifier  string   // a signed note's verifier key
	Witnesses []string // verifier keys of cosignatures
	Quorum    int      // how many of them must have signed
}

// Proof says that an entry stands at an index of a log.
type Proof struct {
	Index      uint64
	Hashes     [][]byte
	Checkpoint []byte // signed note
}

// Place is what a checked proof shows.
type Place struct {
	Index     uint64
	Size      uint64 // of the log at the checkpoint
	Root      []byte
	Witnesses int // that have signed the checkpoint
}

// Bytes is the proof as text.
func (p Proof) Bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nindex %d\n", header, p.Index)
	for _, h := range p.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// Parse reads a proof. It takes only what Bytes writes.
func Parse(text []byte) (Proof, error) {
	var p Proof
	if len(text) > maxBytes {
		return p, fmt.Errorf("%w: it has more than %d bytes", ErrBroken, maxBytes)
	}
	head, checkpoint, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 || lines[0] != header || len(lines) > maxHashes+2 {
		return p, fmt.Errorf("%w: it is not written as %s", ErrBroken, header)
	}
	index, found := strings.CutPrefix(lines[1], "index ")
	n, err := strconv.ParseUint(index, 10, 63)
	if err != nil || !found {
		return p, fmt.Errorf("%w: it has no index", ErrBroken)
	}
	p.Index, p.Checkpoint = n, []byte(checkpoint)
	for _, line := range lines[2:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != 32 {
			return p, fmt.Errorf("%w: a hash cannot be read", ErrBroken)
		}
		p.Hashes = append(p.Hashes, h)
	}
	if !bytes.Equal(p.Bytes(), text) || !strict(checkpoint) {
		return p, fmt.Errorf("%w: it is not written as %s", ErrBroken, header)
	}
	return p, nil
}

// strict tells whether the signatures are written in the one way that base64 has
// for them; the library takes others.
func strict(checkpoint string) bool {
	_, signatures, ok := strings.Cut(checkpoint, "\n\n")
	if !ok || !strings.HasSuffix(signatures, "\n") {
		return false
	}
	for line := range strings.Lines(signatures) {
		line = strings.TrimSuffix(line, "\n")
		if _, err := base64.StdEncoding.Strict().DecodeString(line[strings.LastIndex(line, " ")+1:]); err != nil {
			return false
		}
	}
	return true
}

// Check tells where the entry stands.
func (p Proof) Check(entry []byte, trusted Trusted) (Place, error) {
	checkpoint, witnesses, err := Open(p.Checkpoint, trusted)
	if err != nil {
		return Place{}, err
	}
	place := Place{Index: p.Index, Size: checkpoint.Size, Root: checkpoint.Hash, Witnesses: witnesses}
	leaf := rfc6962.DefaultHasher.HashLeaf(entry)
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, checkpoint.Size, leaf, p.Hashes, checkpoint.Hash); err != nil {
		return place, fmt.Errorf("%w: %w", ErrBroken, sentence(err))
	}
	return place, nil
}

// sentence is the library's error in one line: of two roots it writes every byte as a number.
func sentence(err error) error {
	var roots proof.RootMismatchError
	if errors.As(err, &roots) {
		return fmt.Errorf("its hashes lead to the root %x, and the checkpoint has %x", roots.CalculatedRoot, roots.ExpectedRoot)
	}
	return err
}

// Open checks the signatures of a checkpoint.
func Open(signed []byte, trusted Trusted) (checkpoint *flog.Checkpoint, witnesses int, err error) {
	verifier, err := note.NewVerifier(trusted.Verifier)
	if err != nil {
		return nil, 0, fmt.Errorf("read the key of log %q in trust.json: %w", trusted.Origin, err)
	}
	var others []note.Verifier
	for _, w := range trusted.Witnesses {
		v, err := fnote.NewVerifierForCosignatureV1(w)
		if err != nil {
			return nil, 0, fmt.Errorf("read the key of witness %q in trust.json: %w", w, err)
		}
		others = append(others, v)
	}
	checkpoint, rest, n, err := flog.ParseCheckpoint(signed, trusted.Origin, verifier, others...)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrStranger, err)
	}
	if len(rest) > 0 {
		return nil, 0, fmt.Errorf("%w: its checkpoint has more lines than it should", ErrBroken)
	}
	witnesses = len(n.Sigs) - 1
	if witnesses < trusted.Quorum {
		return nil, witnesses, fmt.Errorf("%w: %d of %d", ErrWitnesses, witnesses, trusted.Quorum)
	}
	return checkpoint, witnesses, nil
}

// Consistent tells whether the log at the larger checkpoint still holds all that
// it held at the smaller.
func Consistent(smaller, larger *flog.Checkpoint, hashes [][]byte) error {
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, smaller.Size, larger.Size, hashes, smaller.Hash, larger.Hash); err != nil {
		return fmt.Errorf("the log at %d entries is not what it was at %d: %w", larger.Size, smaller.Size, sentence(err))
	}
	return nil
}
