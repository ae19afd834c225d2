// Package demo runs the whole loop without hands: it starts Offsite with the
// rendered cameras, plays reviewers, officers, party and auditor through the
// public API, and checks what it gets against the scenes' ground truth and with
// standard tools. It is the shortest proof that the system does its main job.
package demo
