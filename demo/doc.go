// Package demo runs the whole loop without hands: it starts Offsite with the
// rendered cameras, plays reviewers, officers, party and auditor through the
// public API, and checks what it gets against the scenes' ground truth and with
// standard tools. It is the shortest proof that the system does its main job.
//
// Read run.go first: it is the story. truth.go holds the findings against the
// scenes, cast.go is the staff, party.go the party with a phone, audit.go the
// auditor with sha256sum and openssl.
package demo
