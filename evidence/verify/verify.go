package verify

import (
	"context"
	"encoding/hex"
	"io"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/seal"
)

const defaultMaxBytes = 8 << 30

// Trust is what the verifier takes as given: seal.ReadTrust parses it.
type Trust = seal.Trust

// Options bound the work.
type Options struct {
	MaxBytes int64  // of the tar; 0 is 8 GiB
	LogProof []byte // the transparency log's receipt; nil: the log is not looked at
}

// Check is one thing that was looked at.
type Check struct {
	Name      string `json:"name"` // one of the Check… constants
	OK        bool   `json:"ok"`
	Unchecked bool   `json:"unchecked,omitempty"` // neither right nor wrong: something was missing to tell
	File      string `json:"file,omitempty"`      // the file that is wrong
	ZH        string `json:"zh"`
	EN        string `json:"en"`
}

// The names of the checks, in the order in which they are made.
const (
	CheckContainer = "container" // the tar is as this format writes it
	CheckLayout    = "layout"    // the files that a bundle must have, and no others
	CheckManifest  = "manifest"  // seal/manifest.json can be read and speaks of this bundle
	CheckSeal      = "seal"      // signatures by keys that count
	CheckFiles     = "files"     // every file is as sealed
	CheckLists     = "lists"     // the lists for sha256sum agree
	CheckTimestamp = "timestamp" // tokens of an authority over the manifest
	CheckChain     = "chain"     // the previous bundle of the camera
	CheckLog       = "log"       // the transparency log's receipt
	CheckRemoval   = "removal"   // a bundle that is gone went lawfully; made by package removal
	CheckReplay    = "replay"    // the finding follows from the pixels; made by who has the models, not here
)

// Report is the outcome for one bundle.
type Report struct {
	Bundle                 string    `json:"bundle"`
	Kind                   string    `json:"kind"`
	Camera                 string    `json:"camera"`
	SealedAt               time.Time `json:"sealed_at"`
	TimestampAt            time.Time `json:"timestamp_at"`
	SealKeyID              string    `json:"seal_key_id"`
	ManifestSHA256         string    `json:"manifest_sha256"`
	TarSHA256              string    `json:"tar_sha256"`
	PreviousBundle         string    `json:"previous_bundle"`
	PreviousManifestSHA256 string    `json:"previous_manifest_sha256"`
	ParentBundle           string    `json:"parent_bundle,omitempty"` // of a redacted copy
	LogIndex               *uint64   `json:"log_index,omitempty"`     // where it stands in the transparency log
	Files                  int       `json:"files"`
	Bytes                  int64     `json:"bytes"`
	Checks                 []Check   `json:"checks"`
}

// Holds adds a check that holds.
func (r *Report) Holds(name, zh, en string) {
	r.Checks = append(r.Checks, Check{Name: name, OK: true, ZH: zh, EN: en})
}

// Fails adds a check that something was tampered with; file "" names none.
func (r *Report) Fails(name, file, zh, en string) {
	r.Checks = append(r.Checks, Check{Name: name, File: file, ZH: zh, EN: en})
}

// CannotTell adds a check that could not be made; file "" names none.
func (r *Report) CannotTell(name, file, zh, en string) {
	r.Checks = append(r.Checks, Check{Name: name, Unchecked: true, File: file, ZH: zh, EN: en})
}

// Exit is the exit status: 0 all checks hold, 1 something is tampered with, 2
// something could not be checked.
func (r Report) Exit() int {
	status := 0
	if len(r.Checks) == 0 {
		return 2
	}
	for _, c := range r.Checks {
		if !c.OK && !c.Unchecked {
			return 1
		}
		if c.Unchecked {
			status = 2
		}
	}
	return status
}

// Bundle reads the tar once and checks it. The error is for what kept it from
// reading (a broken disk, a cancelled context, more than MaxBytes); whatever is
// wrong with the bundle itself stands in the report.
func Bundle(ctx context.Context, r io.Reader, trust *Trust, o Options) (Report, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if trust == nil {
		trust = &Trust{}
	}
	found, err := bundle.Read(interrupted{ctx, r}, bundle.Whole, o.MaxBytes)
	if err != nil {
		return Report{}, err
	}
	c := &checker{found: found, trust: trust, sealed: map[string]bundle.Entry{}, proven: map[string]bool{}}
	c.report = Report{
		Bundle: found.ID, Files: len(found.Files), Bytes: found.Bytes, TarSHA256: hex.EncodeToString(found.SHA256[:]),
	}
	c.run()
	if o.LogProof != nil {
		c.log(o.LogProof)
	}
	return c.report, nil
}

// interrupted ends reading when the context does.
type interrupted struct {
	ctx context.Context
	r   io.Reader
}

func (i interrupted) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}
