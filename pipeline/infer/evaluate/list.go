package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNoData says that pictures of a list are not at hand: name the folder that holds
// them (--data), or fetch them as models/DATA.md says.
var ErrNoData = errors.New("pictures to measure with are missing")

// list says what a model is measured on.
type list struct {
	Split string `json:"split"` // which pictures, and how they were held out
	Parts []part `json:"parts"`
}

// part is some pictures of one kind.
type part struct {
	Prefix   string   `json:"prefix"`           // put before the names of the figures
	Kind     string   `json:"kind"`             // boxes, negative, masks or pairs
	Labels   []string `json:"labels,omitempty"` // those whose boxes are known (kind boxes); none: all
	Pictures []entry  `json:"pictures,omitempty"`
	Video    *video   `json:"video,omitempty"`
}

// entry is one picture and what is in it. Files are relative to a data folder. In a
// part with a video an entry has no file but a time, and entries are in order of it.
type entry struct {
	File     string  `json:"file,omitempty"`
	At       float64 `json:"at_s,omitempty"`
	Baseline string  `json:"baseline,omitempty"` // kind pairs
	Mask     string  `json:"mask,omitempty"`     // kinds masks and pairs; PNG, grey value = class
	// Labels is a file of YOLO rows (class, centre, size); Classes names its classes.
	Labels  string   `json:"labels,omitempty"`
	Classes []string `json:"classes,omitempty"`
	Boxes   []truth  `json:"boxes,omitempty"` // in place of Labels
}

// truth is a thing that is in a picture.
type truth struct {
	Label string     `json:"label"`
	Box   [4]float64 `json:"box"` // x1, y1, x2, y2, normalised to 0..1
}

// video is a share of a video, every so many seconds.
type video struct {
	File  string  `json:"file"`
	First float64 `json:"first_s"`
	Last  float64 `json:"last_s"`
	Every float64 `json:"every_s"`
}

// readList reads NAME.json of a folder of lists.
func readList(lists fs.FS, name string) (list, error) {
	raw, err := fs.ReadFile(lists, name+".json")
	if err != nil {
		return list{}, fmt.Errorf("read what %s is measured on: %w", name, err)
	}
	var l list
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return list{}, fmt.Errorf("read what %s is measured on: %s.json: %w", name, name, err)
	}
	for i, p := range l.Parts {
		if p.Kind != "boxes" && p.Kind != "negative" && p.Kind != "masks" && p.Kind != "pairs" {
			return list{}, fmt.Errorf("read what %s is measured on: %s.json: part %d is of kind %q, not boxes, negative, masks or pairs", name, name, i+1, p.Kind)
		}
	}
	return l, nil
}

// folders finds files of a list on disk.
type folders []string

func (f folders) find(name string) (string, error) {
	for _, folder := range f {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("%w: %s is in none of %q", ErrNoData, name, []string(f))
}
