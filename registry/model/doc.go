// Package model keeps the models that a bureau brings beside those in the program:
// manifests and states in PostgreSQL, weights in the object store under their digest.
//
// In go files that were tried (package infer's Admit); what does not fit the detectors
// is refused with the reason. Out come the versions in force and in shadow, for a
// process that watches, and how the two differed on the same looks. A version comes
// into force when one person has proposed it and another agrees; where none is in
// force the one in the program is. Who may do so is who may reach database and store:
// the names are checked against the accounts, not proved.
package model
