package wire

import "offsite/casework"

// Area is a key area (重点区域) and how it stands: zero stalls is what is wanted.
type Area struct {
	Name    string               `json:"name"`
	Cameras []string             `json:"cameras" doc:"Ids of those that stand in it."`
	Open    []casework.StallTime `json:"open" doc:"Stalls that stand now, the earliest first."`
	Zeroed  int                  `json:"zeroed" doc:"Stalls that were gone within the last thirty days."`
	MedianS *int64               `json:"median_s,omitempty" doc:"Seconds from first sight until half of those were gone."`
}
