// Package feedback turns what reviewers said of findings into a data set in the COCO
// format, so that the next training can start from it.
//
// In go judged findings; out come pictures, named by the SHA-256 of what was sealed, and
// boxes. The boxes of confirmed findings are annotations. Those of rejected ones are
// not: the picture is one in which that label is not there, and the boxes that were
// wrong stand in its record. Nothing else in the pictures was looked at: each names the
// labels that its judgement is about.
package feedback

import (
	"math"
	"slices"
	"strings"
	"time"

	"offsite/casework"
	"offsite/evidence"
)

// Dataset is a COCO file; fields that COCO does not know begin with offsite_.
type Dataset struct {
	Info        Info         `json:"info"`
	Images      []Image      `json:"images"`
	Annotations []Annotation `json:"annotations"`
	Categories  []Category   `json:"categories"`
}

// Info says where the data set comes from.
type Info struct {
	Description string `json:"description"`
	Created     string `json:"date_created"`
}

// Image is one still of a finding.
type Image struct {
	ID       int        `json:"id"`
	File     string     `json:"file_name"` // SHA-256 of the sealed picture, .png
	Width    int        `json:"width"`
	Height   int        `json:"height"`
	Captured string     `json:"date_captured"`
	Camera   string     `json:"offsite_camera"` // to split by: never by picture
	Detector string     `json:"offsite_detector"`
	Role     string     `json:"offsite_role"`    // of the still: first, raised, …
	Verdict  string     `json:"offsite_verdict"` // confirmed or rejected
	Reason   string     `json:"offsite_reason,omitempty"`
	Labels   []string   `json:"offsite_labels"` // that the judgement is about
	Wrong    []WrongBox `json:"offsite_wrong,omitempty"`

	Source Source `json:"-"`
}

// Source is where the sealed picture lies.
type Source struct {
	Receipt evidence.Receipt
	Entry   evidence.Entry
}

// WrongBox is one that a model gave and a reviewer rejected.
type WrongBox struct {
	Label string     `json:"label"`
	Score float64    `json:"score"`
	Box   [4]float64 `json:"bbox"` // x, y, width, height in pixels
}

// Annotation is a box that a reviewer confirmed.
type Annotation struct {
	ID       int        `json:"id"`
	Image    int        `json:"image_id"`
	Category int        `json:"category_id"`
	Box      [4]float64 `json:"bbox"` // x, y, width, height in pixels
	Area     float64    `json:"area"`
	Crowd    int        `json:"iscrowd"`
	Score    float64    `json:"offsite_score"`
}

// Category is a label.
type Category struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// COCO makes the data set. Stills without boxes are left out: nobody said anything of
// them. A picture that two findings show stands there once for each.
func COCO(judged []casework.Judged, now time.Time) Dataset {
	d := Dataset{Info: Info{"findings confirmed and rejected by reviewers", now.UTC().Format(time.RFC3339)},
		Images: []Image{}, Annotations: []Annotation{}, Categories: []Category{}}
	numbers := map[string]int{}
	for i, label := range labelsOf(judged) {
		numbers[label] = i + 1
		d.Categories = append(d.Categories, Category{i + 1, label})
	}
	for _, j := range judged {
		for _, still := range j.Summary.Stills {
			entry, ok := picture(j.Receipt, still.Name)
			if !ok || len(still.Boxes) == 0 {
				continue
			}
			d.add(j, still, entry, numbers)
		}
	}
	return d
}

func (d *Dataset) add(j casework.Judged, still casework.SummaryStill, entry evidence.Entry, numbers map[string]int) {
	image := Image{ID: len(d.Images) + 1, File: entry.SHA256 + ".png", Width: j.Summary.Stream.Width, Height: j.Summary.Stream.Height,
		Captured: still.At.UTC().Format(time.RFC3339), Camera: j.Summary.CameraID, Detector: j.Summary.Detector, Role: still.Role,
		Verdict: "rejected", Reason: j.Reason, Source: Source{j.Receipt, entry}}
	if j.Confirmed {
		image.Verdict = "confirmed"
	}
	for _, b := range still.Boxes {
		if !slices.Contains(image.Labels, b.Label) {
			image.Labels = append(image.Labels, b.Label)
		}
		box := pixels(b, image.Width, image.Height)
		if !j.Confirmed {
			image.Wrong = append(image.Wrong, WrongBox{b.Label, b.Score, box})
			continue
		}
		d.Annotations = append(d.Annotations, Annotation{ID: len(d.Annotations) + 1, Image: image.ID, Category: numbers[b.Label],
			Box: box, Area: math.Round(box[2]*box[3]*100) / 100, Score: b.Score})
	}
	d.Images = append(d.Images, image)
}

func pixels(b casework.Box, w, h int) [4]float64 {
	round := func(v float64) float64 { return math.Round(v*100) / 100 }
	return [4]float64{round(b.Box.X1 * float64(w)), round(b.Box.Y1 * float64(h)), round(b.Box.Width() * float64(w)), round(b.Box.Height() * float64(h))}
}

func picture(r evidence.Receipt, still string) (evidence.Entry, bool) {
	i := slices.IndexFunc(r.Files, func(e evidence.Entry) bool { return e.Path == "data/stills/"+still+".png" })
	if i < 0 {
		return evidence.Entry{}, false
	}
	return r.Files[i], true
}

func labelsOf(judged []casework.Judged) []string {
	var labels []string
	for _, j := range judged {
		for _, s := range j.Summary.Stills {
			for _, b := range s.Boxes {
				if !slices.Contains(labels, b.Label) {
					labels = append(labels, b.Label)
				}
			}
		}
	}
	slices.SortFunc(labels, strings.Compare)
	return labels
}
