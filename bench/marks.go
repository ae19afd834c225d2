package bench

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Between puts text between two marks of a page of the documentation, in place of what stands
// there. It is an error where the page lacks a mark.
func Between(page []byte, begin, end, text string) ([]byte, error) {
	before, rest, begun := bytes.Cut(page, []byte(begin))
	_, after, ended := bytes.Cut(rest, []byte(end))
	if !begun || !ended {
		return nil, fmt.Errorf("the page lacks the marks %q and %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return slices.Concat(before, []byte(begin+text+end), after), nil
}
