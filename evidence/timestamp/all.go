package timestamp

import (
	"context"

	"golang.org/x/sync/errgroup"

	"offsite/evidence/timestamp/token"
)

// Stamper is a timestamp authority; a *Client is one.
type Stamper interface {
	Stamp(ctx context.Context, digest [32]byte) (token.Token, error)
}

// All asks the authorities for tokens over the SHA-256 digest at the same time, and gives one
// of each in their order. The first that fails ends it.
func All(ctx context.Context, authorities []Stamper, digest [32]byte) ([]token.Token, error) {
	tokens := make([]token.Token, len(authorities))
	group, ctx := errgroup.WithContext(ctx)
	for i, a := range authorities {
		group.Go(func() (err error) {
			tokens[i], err = a.Stamp(ctx, digest)
			return err
		})
	}
	return tokens, group.Wait()
}
