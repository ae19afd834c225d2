// Package scenes holds the rendered cameras of the demonstration and of the
// end-to-end test: a few short videos of streets, a site and a field, each with
// what is true in it, second by second.
//
// NAME.mp4 is the video and NAME.json its description (Scene). Everything in them
// is made by render/: geometry, textures, light, people. Nobody in them exists.
package scenes

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"offsite/detectors"
)

//go:embed *.json *.mp4
var files embed.FS

// Scene is one rendered camera.
type Scene struct {
	Key       string           `json:"key"` // "stall"
	NameZH    string           `json:"name_zh"`
	NameEN    string           `json:"name_en"`
	DurationS float64          `json:"duration_s"`
	Codec     string           `json:"codec"` // "h264", "h265"
	Camera    Camera           `json:"camera"`
	Zones     []detectors.Zone `json:"zones"`            // Object holds the key of Object, not an id
	Object    *Object          `json:"object,omitempty"` // the registered shop or site in it
	Party     *Party           `json:"party,omitempty"`  // who answers for it
	Truth     []Truth          `json:"truth"`
	// LookAlikes are things that must not be reported, in words.
	LookAlikes []LookAlike `json:"look_alikes,omitempty"`

	Video []byte `json:"-"` // the MP4 file
}

// Camera is what is registered of a scene's camera.
type Camera struct {
	NameZH            string  `json:"name_zh"`
	NameEN            string  `json:"name_en"`
	Place             string  `json:"place"`
	Longitude         float64 `json:"longitude"`
	Latitude          float64 `json:"latitude"`
	LegalReviewNo     string  `json:"legal_review_no"`
	TechnicalReviewNo string  `json:"technical_review_no"`
	PublishedOn       string  `json:"published_on"` // 2006-01-02
}

// Object is a made-up shop, site or field.
type Object struct {
	Key      string `json:"key"`
	Kind     string `json:"kind"` // "shop", "site", "land"
	Name     string `json:"name"`
	Address  string `json:"address"`
	Business string `json:"business"`
}

// Party is a made-up party.
type Party struct {
	Kind     string `json:"kind"` // "person", "unit"
	Name     string `json:"name"`
	Identity string `json:"identity"` // with a valid check digit, of nobody
	Phone    string `json:"phone"`
	Address  string `json:"address"`
}

// Truth is a violation that must be found, once in every loop of the video, no
// later than DwellS after it began, plus the time to see and to say so.
type Truth struct {
	Detector string  `json:"detector"`
	Zone     string  `json:"zone"`    // id of the zone
	FromS    float64 `json:"from_s"`  // second of the video in which it begins
	ToS      float64 `json:"to_s"`    // and ends
	DwellS   float64 `json:"dwell_s"` // that the zone's rule wants
}

// LookAlike is something that must not be reported.
type LookAlike struct {
	FromS float64 `json:"from_s"`
	ToS   float64 `json:"to_s"`
	EN    string  `json:"en"`
}

// All returns every scene, in order of key.
func All() ([]Scene, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list scenes: %w", err)
	}
	all := make([]Scene, 0, len(names))
	for _, name := range names {
		s, err := load(name)
		if err != nil {
			return nil, fmt.Errorf("read scene %s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func load(name string) (Scene, error) {
	var s Scene
	text, err := files.ReadFile(name)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	if want := strings.TrimSuffix(path.Base(name), ".json"); s.Key != want {
		return s, fmt.Errorf("its key is %q, not %q", s.Key, want)
	}
	s.Video, err = files.ReadFile(s.Key + ".mp4")
	return s, err
}
