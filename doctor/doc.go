// Package doctor looks at a machine, at the services it is to use and at its data
// folder, and says of each in Chinese and English what was found and what to do.
//
// In: what is to be looked at (Options). Out: findings, each ok, warn or fail.
// Nothing is guessed: codecs decode a picture, models examine one, the store's lock
// is attacked as at every start, the timestamp authority is asked for a token. What
// is looked at is not changed but for the store's lock probe.
package doctor
