package verify

import (
	"context"
	"errors"
	"io"
	"time"

	"offsite/evidence/seal"
)

// Trust is what the verifier takes as given: seal.ReadTrust parses it.
type Trust = seal.Trust

// Options bound the work.
type Options struct {
	MaxBytes int64 // of the tar; 0 is 8 GiB
}

// Check is one thing that was looked at.
type Check struct {
	Name      string `json:"name"` // "layout", "payload", "seal", …
	OK        bool   `json:"ok"`
	Unchecked bool   `json:"unchecked,omitempty"` // neither right nor wrong: something was missing to tell
	File      string `json:"file,omitempty"`      // the file that is wrong
	ZH        string `json:"zh"`
	EN        string `json:"en"`
}

// Report is the outcome for one bundle.
type Report struct {
	Bundle         string    `json:"bundle"`
	Kind           string    `json:"kind"`
	Camera         string    `json:"camera"`
	SealedAt       time.Time `json:"sealed_at"`
	TimestampAt    time.Time `json:"timestamp_at"`
	SealKeyID      string    `json:"seal_key_id"`
	ManifestSHA256 string    `json:"manifest_sha256"`
	TarSHA256      string    `json:"tar_sha256"`
	PreviousBundle string    `json:"previous_bundle"`
	Files          int       `json:"files"`
	Bytes          int64     `json:"bytes"`
	Checks         []Check   `json:"checks"`
}

// Exit is the exit status: 0 all checks hold, 1 something is tampered with, 2
// something could not be checked.
func (r Report) Exit() int {
	status := 0
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
// reading (a broken disk, a cancelled context); whatever is wrong with the
// bundle itself stands in the report.
func Bundle(ctx context.Context, r io.Reader, trust *Trust, o Options) (Report, error) {
	return Report{}, errors.New("verify: not built yet")
}
