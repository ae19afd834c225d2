package keep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/timestamp/token"
	"offsite/evidence/vault"
)

// store puts the bundle under lock, reads it back, and writes the receipt.
func (k *Keeper) store(ctx context.Context, w *work) error {
	tar, err := w.open()
	if err != nil {
		return err
	}
	defer tar.Close()
	c, err := bundle.Locate(tar, math.MaxInt64)
	if err := sound(c, err, w.entry.ID(), "the bundle"); err != nil {
		return err
	}
	c.SHA256 = tar.sha256
	stored, err := k.put(ctx, w, tar, c)
	if err != nil {
		return err
	}
	r, err := receipt(c, k.o.Vault.Bucket(), stored)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write receipt of bundle %s: %w", r.BundleID, err)
	}
	return w.entry.Add(receiptFile, text)
}

// put finds what an earlier try has stored, or stores it now. What it returns
// has been read back and is on the store's disk.
func (k *Keeper) put(ctx context.Context, w *work, tar *whole, c bundle.Contents) (vault.Stored, error) {
	m, err := w.readMeta()
	if err != nil {
		return vault.Stored{}, err
	}
	key := vault.Key(m.ID, m.Raised)
	var stored vault.Stored
	found := false
	if w.resumed {
		if stored, found, err = k.o.Vault.Find(ctx, key, c.Bytes, c.SHA256); err != nil {
			return stored, err
		}
	}
	w.resumed = true // whatever comes of this try
	if !found {
		if _, err := tar.Seek(0, io.SeekStart); err != nil {
			return stored, err
		}
		if stored, err = k.o.Vault.Put(ctx, key, tar, c.Bytes, c.SHA256); err != nil {
			return stored, errors.Join(err, tar.spoiled(m.ID))
		}
		if err := k.o.Vault.ReadBack(ctx, key, stored.VersionID, c.SHA256); err != nil {
			return stored, err
		}
	}
	if k.o.Settle != nil {
		return stored, k.o.Settle(k.o.Vault.Bucket(), key)
	}
	if k.o.Flush != nil {
		return stored, k.o.Flush()
	}
	return stored, nil
}

// receipt says what was stored where.
func receipt(c bundle.Contents, bucket string, stored vault.Stored) (evidence.Receipt, error) {
	var r evidence.Receipt
	m, err := bundle.ParseManifest(c.Text[bundle.ManifestDoc])
	if err != nil {
		return r, fmt.Errorf("write receipt of bundle %s: %w", c.ID, err)
	}
	at, err := token.Time(c.Text[bundle.Token])
	if err != nil {
		return r, fmt.Errorf("write receipt of bundle %s: %w", c.ID, err)
	}
	r = evidence.Receipt{
		BundleID: m.Bundle, Kind: m.Kind, Camera: m.Camera, Bucket: bucket, Key: stored.Key, VersionID: stored.VersionID,
		SizeBytes: c.Bytes, TarSHA256: hex.EncodeToString(c.SHA256[:]), SealedAt: m.Sealed, TimestampAt: at, RetainUntil: stored.RetainUntil,
	}
	if m.Previous != nil {
		r.PreviousBundle, r.PreviousSHA256 = m.Previous.Bundle, m.Previous.ManifestSHA256
	}
	for _, s := range m.Seals {
		if s.File == bundle.Signature {
			r.SealKeyID = s.Key
		}
	}
	for _, f := range c.Files {
		sum := hex.EncodeToString(f.SHA256[:])
		if f.Path == bundle.ManifestDoc {
			r.ManifestSHA256 = sum
		}
		r.Files = append(r.Files, evidence.Entry{Path: f.Path, Offset: f.Offset, SizeBytes: f.Size, SHA256: sum})
	}
	return r, nil
}

func (w *work) readReceipt() (evidence.Receipt, error) {
	var r evidence.Receipt
	text, err := w.entry.Read(receiptFile)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("read receipt of bundle %s: %w", w.entry.ID(), err)
	}
	return r, nil
}

// log enters the bundle in the transparency log and keeps the log's receipt
// beside the bundle.
func (k *Keeper) log(ctx context.Context, w *work) error {
	r, err := w.readReceipt()
	if err != nil {
		return err
	}
	proof, err := k.o.Log.Enter(ctx, r)
	if err != nil {
		return err
	}
	if err := k.o.Vault.PutBeside(ctx, r, logFile, proof); err != nil {
		return err
	}
	return w.entry.Add(logFile, proof)
}

// record tells the recorder.
func (k *Keeper) record(ctx context.Context, w *work) error {
	m, err := w.readMeta()
	if err != nil {
		return err
	}
	r, err := w.readReceipt()
	if err != nil {
		return err
	}
	if err := k.o.Recorder.RecordEvidence(ctx, r, m.Summary); err != nil {
		return fmt.Errorf("record bundle %s: %w", r.BundleID, err)
	}
	w.held = stepDrop // where dropping fails, it alone is tried again
	return nil
}

// whole reads body, seal and end as one. Its digest is that of the body as it was
// kept and of what was added: a store that checks it refuses a body that the disk
// has changed since.
type whole struct {
	io.ReadSeeker
	body   *os.File
	sha256 [32]byte
}

func (w *whole) Close() error { return w.body.Close() }

// spoiled tells whether the disk has changed the body since it was kept, which a store
// that refuses the digest cannot.
func (w *whole) spoiled(id string) error {
	sum := sha256.New()
	if _, err := w.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(sum, w); err != nil {
		return fmt.Errorf("read spooled incident %s: %w", id, err)
	}
	if [32]byte(sum.Sum(nil)) != w.sha256 {
		return fmt.Errorf("%s of spooled incident %s was changed on the disk; see whether the disk is sound", bodyFile, id)
	}
	return nil
}

// open returns the tar.
func (w *work) open() (*whole, error) {
	m, err := w.readMeta()
	if err != nil {
		return nil, err
	}
	seal, err := w.entry.Read(sealFile)
	if err != nil {
		return nil, err
	}
	end, err := w.entry.Read(endFile)
	if err != nil {
		return nil, err
	}
	tail := append(seal, end...)
	sum := sha256.New()
	if err := sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(m.BodyState); err != nil {
		return nil, fmt.Errorf("open bundle %s: the digest of its body: %w", w.entry.ID(), err)
	}
	sum.Write(tail)
	body, err := w.entry.Open(bodyFile)
	if err != nil {
		return nil, err
	}
	info, err := body.Stat()
	if err != nil {
		body.Close()
		return nil, fmt.Errorf("open bundle %s: %w", w.entry.ID(), err)
	}
	joined := joinedAt{body: body, bodySize: info.Size(), tail: bytes.NewReader(tail)}
	return &whole{io.NewSectionReader(joined, 0, info.Size()+int64(len(tail))), body, [32]byte(sum.Sum(nil))}, nil
}

// joinedAt is a file and what follows it.
type joinedAt struct {
	body     *os.File
	bodySize int64
	tail     *bytes.Reader
}

func (j joinedAt) ReadAt(p []byte, at int64) (int, error) {
	if at >= j.bodySize {
		return j.tail.ReadAt(p, at-j.bodySize)
	}
	if left := j.bodySize - at; int64(len(p)) <= left {
		return j.body.ReadAt(p, at)
	}
	n, err := j.body.ReadAt(p[:j.bodySize-at], at)
	if err != nil {
		return n, err
	}
	more, err := j.tail.ReadAt(p[n:], 0)
	return n + more, err
}
