// Package spool keeps incidents on disk from the moment they are raised until
// their sealed bundles are safe elsewhere.
//
// In: the files of an incident. Out: entries that survive a kill or a power cut:
// everything is written to a temporary name, fsynced, renamed, and the folder
// fsynced. An entry is there whole or not at all, and each step of its way adds
// a file to it, so that the files there say which step comes next. The spool
// takes no more than its share of the disk: beyond it, Put fails with ErrFull.
package spool
