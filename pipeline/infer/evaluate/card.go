package evaluate

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"

	"offsite/bench"
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
	text, err := bench.Between(raw, figuresBegin, figuresEnd, CardTable(m))
	if err != nil {
		return fmt.Errorf("write the figures of %s into its card %s: %w", m.Name, file, err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil { // #nosec G306 -- a public page of the documentation
		return fmt.Errorf("write the figures of %s into its card: %w", m.Name, err)
	}
	return nil
}
