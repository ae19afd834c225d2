package keep

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"io"
	"math"

	"offsite/evidence/bundle"
)

// older completes the meta of what version 0.1 left in the spool: it kept the SHA-256 of
// the body alone.
func (w *work) older(m *meta) error {
	f, err := w.entry.Open(bodyFile)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	body, err := bundle.Read(io.TeeReader(f, sum), bundle.Part, math.MaxInt64)
	if err := sound(body, err, m.ID, bodyFile); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != m.BodySHA256 {
		return fmt.Errorf("%s of spooled incident %s was changed on the disk: its SHA-256 is %s and was %s; see whether the disk is sound", bodyFile, m.ID, got, m.BodySHA256)
	}
	m.BodySum = body.BodySum()
	m.BodyState, err = sum.(encoding.BinaryMarshaler).MarshalBinary()
	return err
}
