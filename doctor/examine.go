package doctor

import (
	"context"
	"time"

	"offsite/casework/document"
	"offsite/evidence/timestamp"
	"offsite/evidence/vault"
)

// Options say what is looked at. What is left empty is not.
type Options struct {
	Library string // of ONNX Runtime; "" looks where package infer does
	Threads int    // of one inference
	Fonts   document.Fonts

	Data         string // data folder; "": the disk of the working folder is looked at
	Transparency string // folder of the transparency log; "" where this machine keeps none

	PostgreSQL  bool              // a private cluster is to run here
	DatabaseURL string            // database that must answer
	Store       *vault.Options    // object store whose lock must hold
	Authority   *timestamp.Client // timestamp authority that must answer
	PublicURL   string            // address whose certificate must be valid, where it is https
	Outside     map[string]string // addresses that should be reached, by setting
	Broken      map[string]error  // why what a check would look at did not start, by check
	Now         func() time.Time
}

// The checks that can be told to be broken.
const (
	Database  = "database"
	StoreLock = "store_lock"
	Timestamp = "timestamp"
)

// slow is how long one service may take to answer.
const slow = 20 * time.Second

// Examine looks at everything that o names. The error is ctx's alone: what is wrong
// is a finding.
func Examine(ctx context.Context, o Options) (Findings, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	var f Findings
	for _, look := range []func(context.Context, Options){
		f.processor, f.memory, f.disk, f.clock, f.codecs, f.models, f.fonts, f.postgres,
		f.broken, f.database, f.store, f.authority, f.certificate, f.outside,
		f.keys, f.authorities, f.log, f.spool,
	} {
		bounded, cancel := context.WithTimeout(ctx, slow)
		look(bounded, o)
		cancel()
		if ctx.Err() != nil {
			return f, context.Cause(ctx)
		}
	}
	return f, nil
}
