// Package verify checks a sealed bundle offline.
//
// In: the bundle's tar and trust.json. Out: a report with one sentence per
// check, Chinese and English, naming the file that is wrong. It imports the
// format alone, no database, store or C code, and takes hostile input: it reads
// in one pass within bounded memory.
package verify
