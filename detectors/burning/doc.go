// Package burning finds 露天焚烧: open fire or smoke.
//
// It reads the boxes of the burning model. Fire or smoke at one place in at least
// the set number of the latest five looks, with change between them, and more likely
// than not in one of them, is burning: flames flicker and smoke rises and grows,
// while lamps, red cloth and posters
// give the same box look after look. At a cadence of 2 s it raises within 10 s.
package burning
