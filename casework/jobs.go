package casework

// RecheckQueue is the queue on which re-checks wait for a process that watches
// the camera.
const RecheckQueue = "watch"

// RecheckArgs asks for a re-check of a zone at the end of the grace period. The
// worker lives where the cameras are: it seals a bundle of kind "recheck" whose
// Summary carries CaseID, or calls Book.RecheckFailed when the zone cannot be
// seen.
type RecheckArgs struct {
	CaseID   string `json:"case_id"`
	CameraID string `json:"camera_id"`
	ZoneID   string `json:"zone_id"`
}

// Kind names the job.
func (RecheckArgs) Kind() string { return "recheck" }
