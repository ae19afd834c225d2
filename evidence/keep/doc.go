// Package keep carries incidents from the spool to the vault and tells the
// recorder: seal, timestamp, put, read back, record, drop.
//
// In: evidence.Material. Out: a locked bundle and a call of the recorder, once
// per material however often the process is killed on the way. A store,
// authority or database that is away delays evidence and never loses it; how
// long it has waited is a metric.
//
// Each step leaves a file in the material's spool entry, and the files there say
// which step comes next:
//
//	body.tar, meta.json   kept: what Keep has written
//	seal.part             sealed: manifest and signatures; its bytes never change again
//	end.part              timestamped: body.tar + seal.part + end.part are the bundle
//	receipt.json          stored under lock, read back
//	log.tlog-proof        entered in the transparency log, where there is one
//
// Then the recorder is told and the entry dropped.
//
// Before a bundle is sealed, Claims are asked whether another node has one of the same act:
// of a second one nothing is sealed, and its entry goes when the first is recorded.
package keep
