package proof

import (
	"bytes"
	"crypto/sha256"
	"slices"
)

// Draw takes n of the names at random, by a seed that nobody could choose: the
// root hash of the log at a time that was announced before. Anyone who has seed
// and names can draw again: a name's lot is the SHA-256 of the seed, a line feed
// and the name, and the least lots are drawn. A name that comes twice counts once.
func Draw(seed []byte, names []string, n int) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	lots := make(map[string][sha256.Size]byte, len(names))
	for _, name := range names {
		lots[name] = sha256.Sum256(slices.Concat(seed, []byte("\n"), []byte(name)))
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := lots[a], lots[b]
		return bytes.Compare(x[:], y[:])
	})
	return names[:max(0, min(n, len(names)))]
}
