// Package backup writes what an Offsite consists of into a folder and reads it back
// into an empty one.
//
// In: a data folder, a dump of the database, the list of sealed bundles, and whom
// the backup is encrypted to. Out: a folder that holds
//
//	backup.json              what there is: sizes, SHA-256, the log's checkpoint
//	folder.tar.age           keys, timestamp authority, configuration, spool, state
//	evidence.jsonl           digest and place of every sealed bundle, a line each
//	database.dump.age        PostgreSQL's own format
//	objects.tar.age          the private store's objects, where they are wanted
//	transparency.tar.age     the transparency log
//
// in the order in which they are read, so that Offsite may go on running: what
// leaves the spool while it is read is in the database, which knows every bundle
// that is listed, and the log is the newest.
// Everything but digests is encrypted by age, to a passphrase or to public keys.
// Both folders appear whole or not at all.
package backup
