// Package deploy holds the files by which Offsite is installed: systemd, Kubernetes,
// alerts. It has no code; its tests read the files, so that a slip is found here and
// not on a bureau's machine.
package deploy
