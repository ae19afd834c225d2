// Package translog keeps the transparency log: a public list to which entries can
// be added and from which none can be taken or changed unseen.
//
// In: digests of sealed bundles, key changes, process records. Out: for each
// entry a proof that it stands in the log (package proof), signed checkpoints,
// tiles that anyone can read over HTTP in C2SP's tlog-tiles layout, and checks of
// the log by those who do not trust its keeper. It is kept in plain files
// (Tessera's POSIX driver), beside the vault, since tiles are replaced as they
// fill and so cannot be locked.
package translog
