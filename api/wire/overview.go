package wire

import (
	"time"

	"offsite/casework"
)

// Overview is what waits, for the person who asks.
type Overview struct {
	casework.Overview

	Cameras         CameraCount     `json:"cameras"`
	EvidenceWaiting EvidenceWaiting `json:"evidence_waiting"`
}

// CameraCount says how many cameras are live and which are not.
type CameraCount struct {
	Live  int      `json:"live"`
	Total int      `json:"total"`
	Down  []Camera `json:"down"`
}

// EvidenceWaiting is what is not yet sealed and stored.
type EvidenceWaiting struct {
	Count  int        `json:"count"`
	Oldest *time.Time `json:"oldest,omitempty"`
}
