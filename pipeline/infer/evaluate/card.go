package evaluate

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"

	"offsite/models"
)

// Marks in a model card between which its figures stand.
const (
	figuresBegin = "<!-- figures: written by the measurement, do not edit -->\n"
	figuresEnd   = "<!-- end of figures -->"
)

// CardTable is the table of a manifest's figures as a model card shows it.
func CardTable(m models.Manifest) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Version %s, SHA-256 `%s`. Measured on: %s.\n\n| figure | value |\n| --- | --- |\n", m.Version, m.SHA256, m.Metrics.Split)
	for _, f := range slices.Sorted(maps.Keys(m.Metrics.Figures)) {
		fmt.Fprintf(&b, "| `%s` | %.4g |\n", f, m.Metrics.Figures[f])
	}
	return b.String()
}

// WriteCard puts a manifest's figures into its model card, which must have the marks.
func WriteCard(file string, m models.Manifest) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("write the figures of %s into its card: %w", m.Name, err)
	}
	before, rest, began := bytes.Cut(raw, []byte(figuresBegin))
	_, after, ended := bytes.Cut(rest, []byte(figuresEnd))
	if !began || !ended {
		return fmt.Errorf("write the figures of %s into its card: %s has no marks %q and %q", m.Name, file, figuresBegin, figuresEnd)
	}
	text := slices.Concat(before, []byte(figuresBegin+CardTable(m)+figuresEnd), after)
	if err := os.WriteFile(file, text, 0o644); err != nil { //nolint:gosec // a public page of the documentation
		return fmt.Errorf("write the figures of %s into its card: %w", m.Name, err)
	}
	return nil
}
