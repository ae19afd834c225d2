package simulation

import (
	"sync/atomic"

	"offsite/casework/document"
)

// papers checks and fills every paper, and sets one in so many in type.
type papers struct {
	press *document.Press
	every int64 // 1: all; 0: none
	made  atomic.Int64
}

// Render makes a paper.
func (p *papers) Render(k document.Kind, f document.Fields) (document.Document, error) {
	if n := p.made.Add(1); p.every > 0 && n%p.every == 0 {
		return p.press.Render(k, f)
	}
	return p.press.Proof(k, f)
}

// Sheet makes a paper that is no step of a case.
func (p *papers) Sheet(s document.Sheet) ([]byte, error) { return p.press.Sheet(s) }
