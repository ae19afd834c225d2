// Package evidence turns an incident into a sealed bundle that an auditor can
// check years later, offline, without our program.
//
// The order is fixed: spool (fsync), build, seal, timestamp, put under object
// lock, read back, record, and only then drop the spool entry. Killed at any
// point, it goes on at the next start. Its folders are the steps: bundle, seal,
// timestamp, vault, verify. It knows nothing of cases: whoever records a sealed
// bundle gives a Recorder.
package evidence
