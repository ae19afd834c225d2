// Package keep carries incidents from the spool to the vault and tells the
// recorder: seal, timestamp, put, read back, record, drop.
//
// In: evidence.Material. Out: a locked bundle and a call of the recorder, once
// per material however often the process is killed on the way. A store,
// authority or database that is away delays evidence and never loses it; how
// long it has waited is a metric.
package keep
