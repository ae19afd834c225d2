package detectors

import "time"

// Point is a place in the picture, normalised to 0..1, origin top left.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Polygon is a closed outline in the picture, at least three points, the last
// one joined to the first.
type Polygon []Point

// Box is an upright rectangle in the picture, normalised to 0..1.
type Box struct {
	X1 float64 `json:"x1"`
	Y1 float64 `json:"y1"`
	X2 float64 `json:"x2"`
	Y2 float64 `json:"y2"`
}

// Detection is one thing that a model found in one picture.
type Detection struct {
	Label string  `json:"label"`
	Score float64 `json:"score"` // 0..1
	Box   Box     `json:"box"`
}

// Track is one thing followed over looks.
type Track struct {
	ID uint64 `json:"id"`
	Detection
	First time.Time `json:"first"` // first look it was seen in
	Last  time.Time `json:"last"`  // latest look it was seen in
	// Anchored is since when it has stood still (its box has kept overlapping
	// the place where it came to rest).
	Anchored time.Time `json:"anchored"`
}

// ClassMap is a segmentation of the whole picture: Cells[y*Width+x] is an index
// into Labels.
type ClassMap struct {
	Labels        []string
	Width, Height int
	Cells         []uint8
}

// NoveltyMap tells where the picture holds something that its baseline does
// not: Cells[y*Width+x] is a probability scaled to 0..255.
type NoveltyMap struct {
	Width, Height int
	Cells         []uint8
	BaselineAt    time.Time // when the baseline was last refreshed
}

// Look is one sampled picture of one camera, examined.
type Look struct {
	Camera string    // camera id
	Unit   uint64    // access unit the picture was decoded from
	At     time.Time // wall-clock time of that access unit
	Light  float64   // mean luma, 0..1
	Tracks []Track   // of the objects model
	Fire   []Detection
	Ground *ClassMap   // nil where no zone of the camera needs it
	Novel  *NoveltyMap // nil where no zone of the camera needs it
}
