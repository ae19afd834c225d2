// Package spool keeps incidents on disk from the moment they are raised until
// their sealed bundles are safe elsewhere.
//
// In: the files of an incident. Out: entries that survive a kill or a power cut:
// everything is written to a temporary name, fsynced, renamed, and the folder
// fsynced. An entry is there whole or not at all.
package spool
