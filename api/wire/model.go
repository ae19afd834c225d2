package wire

import (
	"offsite/models"
	"offsite/registry/model"
)

// ModelLineage is how the models of one name stand: that of the program and the bureau's own.
type ModelLineage struct {
	Name        string            `json:"name"`
	Task        models.Task       `json:"task" enum:"detect,segment,novelty"`
	Versions    []ModelVersion    `json:"versions" doc:"What is in force first."`
	Differences []ModelDifference `json:"differences" doc:"How versions in shadow differed from the one in force, on the same looks."`
	Changes     []ModelChange     `json:"changes" doc:"What was done, the latest first."`
}

// ModelVersion is one version.
type ModelVersion model.Known

// ModelDifference is how a version in shadow differed, by label: boxes, or cells, that both
// found, or one alone.
type ModelDifference model.Difference

// ModelChange is something that was done with a version.
type ModelChange model.Change

// LineageOf is a standing as the API gives it.
func LineageOf(s model.Standing) ModelLineage {
	l := ModelLineage{Name: s.Name, Task: s.Task}
	for _, v := range s.Versions {
		l.Versions = append(l.Versions, ModelVersion(v))
	}
	for _, d := range s.Differences {
		l.Differences = append(l.Differences, ModelDifference(d))
	}
	for _, c := range s.Changes {
		l.Changes = append(l.Changes, ModelChange(c))
	}
	return l
}
