// Package witness signs checkpoints of transparency logs that it has seen grow
// and never change (C2SP tlog-witness).
//
// In: checkpoints with proofs of consistency, over HTTP. Out: cosignatures. It is
// run by someone else than the log's keeper, on another machine, so that the
// keeper cannot show different logs to different people.
package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sys/unix"

	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
)

const (
	maxRequest = 64 << 10
	maxHashes  = 63
	lockName   = "lock"
)

// ErrInUse: another witness works in the folder.
var ErrInUse = errors.New("another witness works in this folder")

// Options say whose checkpoints are signed.
type Options struct {
	Dir    string // the newest signed checkpoint of each log, and the key; made if missing
	Name   string // of the witness, such as "witness.example.org"
	Logs   []proof.Trusted
	Logger *slog.Logger
}

// Witness remembers what it has signed, in a folder that it alone holds.
type Witness struct {
	o      Options
	lock   *os.File
	key    translog.Key
	signer note.Signer

	mu sync.Mutex // held from reading what was signed to writing what is signed
}

// Open opens the witness's folder, with a new key where there is none. ErrInUse: another
// process has it open; two witnesses of one key and folder could each sign another log of
// the same size, neither knowing of what the other has signed.
func Open(o Options) (*Witness, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Witness{o: o}
	if err := w.open(); err != nil {
		w.Close()
		return nil, fmt.Errorf("open witness %s: %w", o.Dir, err)
	}
	return w, nil
}

func (w *Witness) open() (err error) {
	if err := os.MkdirAll(w.o.Dir, 0o700); err != nil {
		return err
	}
	if w.lock, err = os.OpenFile(filepath.Join(w.o.Dir, lockName), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := unix.Flock(int(w.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return fmt.Errorf("%w; stop it, or name another folder (%w)", ErrInUse, err)
	}
	if w.key, err = translog.OpenKey(filepath.Join(w.o.Dir, "witness.key"), w.o.Name); err != nil {
		return err
	}
	w.signer, err = fnote.NewSignerForCosignatureV1(w.key.Private)
	return err
}

// Close lets another process have the folder. The witness must sign nothing after it.
func (w *Witness) Close() { w.lock.Close() }

// Verifier is the key by which cosignatures are checked, for a log's policy and
// for trust.json.
func (w *Witness) Verifier() (string, error) { return fnote.VKeyToCosignatureV1(w.key.Public) }

// refusal is an answer that is no signature.
type refusal struct {
	status int
	kind   string // Content-Type
	says   string
}

func (r refusal) Error() string { return r.says }

// ServeHTTP answers POST /add-checkpoint.
func (w *Witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/add-checkpoint" || r.Method != http.MethodPost {
		http.NotFound(out, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxRequest))
	if err != nil {
		http.Error(out, "the request cannot be read", http.StatusBadRequest)
		return
	}
	signature, err := w.add(body)
	var refused refusal
	switch {
	case errors.As(err, &refused):
		out.Header().Set("Content-Type", refused.kind)
		out.WriteHeader(refused.status)
		fmt.Fprintln(out, refused.says)
	case err != nil:
		w.o.Logger.Error("witness cannot sign", "error", err)
		http.Error(out, "the witness cannot sign now", http.StatusInternalServerError)
	default:
		if _, err := out.Write(signature); err != nil {
			w.o.Logger.Debug("cosignature not sent", "error", err)
		}
	}
}

func refuse(status int, format string, args ...any) error {
	return refusal{status, "text/plain; charset=utf-8", fmt.Sprintf(format, args...)}
}

// request is what a log sends.
type request struct {
	old        uint64
	hashes     [][]byte
	checkpoint []byte
}

func parse(body []byte) (request, error) {
	var r request
	head, checkpoint, ok := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	old, found := strings.CutPrefix(lines[0], "old ")
	n, err := strconv.ParseUint(old, 10, 63)
	if !ok || !found || err != nil || len(lines) > maxHashes+1 {
		return r, refuse(http.StatusBadRequest, "the request is not written as C2SP's tlog-witness")
	}
	r.old, r.checkpoint = n, []byte(checkpoint)
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != sha256.Size {
			return r, refuse(http.StatusBadRequest, "a hash of the proof cannot be read")
		}
		r.hashes = append(r.hashes, h)
	}
	return r, nil
}

// add checks the checkpoint against the last one and signs it.
func (w *Witness) add(body []byte) ([]byte, error) {
	r, err := parse(body)
	if err != nil {
		return nil, err
	}
	trusted, ok := w.log(r.checkpoint)
	if !ok {
		return nil, refuse(http.StatusNotFound, "this witness does not know the log")
	}
	next, _, err := proof.Open(r.checkpoint, proof.Trusted{Origin: trusted.Origin, Verifier: trusted.Verifier})
	if err != nil {
		return nil, refuse(http.StatusForbidden, "%v", err)
	}
	if r.old > next.Size {
		return nil, refuse(http.StatusBadRequest, "the old size is larger than the checkpoint's")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	last, err := w.last(trusted.Origin)
	if err != nil {
		return nil, err
	}
	if r.old != last.Size {
		return nil, refusal{http.StatusConflict, "text/x.tlog.size", strconv.FormatUint(last.Size, 10)}
	}
	switch {
	case last.Size == next.Size && last.Size > 0:
		if !bytes.Equal(last.Hash, next.Hash) {
			w.o.Logger.Error("a log shows two faces", "origin", trusted.Origin, "size", next.Size, "checkpoint", string(r.checkpoint))
			return nil, refuse(http.StatusConflict, "another log of this size was signed before")
		}
	case last.Size > 0:
		if err := proof.Consistent(last, next, r.hashes); err != nil {
			return nil, refuse(http.StatusUnprocessableEntity, "%v", err)
		}
	}
	return w.sign(trusted.Origin, r.checkpoint, next)
}

// log finds the log by its first line.
func (w *Witness) log(checkpoint []byte) (proof.Trusted, bool) {
	origin, _, _ := strings.Cut(string(checkpoint), "\n")
	for _, l := range w.o.Logs {
		if l.Origin == origin {
			return l, true
		}
	}
	return proof.Trusted{}, false
}

// sign remembers the checkpoint before it lets the signature out of the house.
func (w *Witness) sign(origin string, signed []byte, c *flog.Checkpoint) ([]byte, error) {
	text, _, _ := strings.Cut(string(signed), "\n\n")
	cosigned, err := note.Sign(&note.Note{Text: text + "\n"}, w.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	if err := w.remember(origin, c); err != nil {
		return nil, err
	}
	_, signature, _ := bytes.Cut(cosigned, []byte("\n\n"))
	return signature, nil
}

func (w *Witness) path(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return filepath.Join(w.o.Dir, hex.EncodeToString(sum[:16])+".checkpoint")
}

func (w *Witness) last(origin string) (*flog.Checkpoint, error) {
	text, err := os.ReadFile(w.path(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return &flog.Checkpoint{Origin: origin}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was signed of %s: %w", origin, err)
	}
	var c flog.Checkpoint
	if _, err := c.Unmarshal(text); err != nil {
		return nil, fmt.Errorf("read what was signed of %s: %w; bring the file back from a backup, since signing blindly would make the witness worthless", origin, err)
	}
	return &c, nil
}

func (w *Witness) remember(origin string, c *flog.Checkpoint) error {
	path := w.path(origin)
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("remember checkpoint: %w", err)
	}
	_, err = f.Write(c.Marshal())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("remember checkpoint: %w", err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return fmt.Errorf("remember checkpoint: %w", err)
	}
	d, err := os.Open(w.o.Dir)
	if err != nil {
		return fmt.Errorf("remember checkpoint: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
