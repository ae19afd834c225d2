package wire

import (
	"offsite/casework"
	"offsite/registry"
)

// Overview is what waits, for the person who asks.
type Overview struct {
	casework.Overview

	Cameras         CameraCount              `json:"cameras"`
	EvidenceWaiting registry.EvidenceWaiting `json:"evidence_waiting"`
}

// CameraCount says how many cameras are live and which are not.
type CameraCount struct {
	Live  int      `json:"live"`
	Total int      `json:"total"`
	Down  []Camera `json:"down"`
}
