// Package formats publishes how Offsite's evidence is written, so that others can
// check it without our program: bundle.md specifies it (and document-seal.md
// the signature beside a document, removal.md the record of a bundle that was
// deleted), vectors/ holds sound and
// broken bundles with what a verifier must say of each, schemas/ the JSON Schemas
// of its documents, and verify.py is a second reader that uses nothing of ours.
package formats

import "embed"

// Published are the files that the console serves under /formats.
//
//go:embed bundle.md verify.py schemas/*.json
var Published embed.FS
