package quota

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"offsite/evidence/translog/proof"
)

// District is the level of the figures that are of no area.
const District = "district"

// Part names the district, a brigade or a township; zero is all that the reader sees.
type Part struct{ Level, Name string }

// Sealed is the text of a snapshot: the figures from a year's beginning to the end of a
// month. Its digest stands in the transparency log.
type Sealed struct {
	Format    string    `json:"format"`
	Bureau    string    `json:"bureau"`
	Month     string    `json:"month"`               // 2006-01
	Level     string    `json:"level,omitempty"`     // Brigade or Township; "": the district
	Area      string    `json:"area,omitempty"`      // its name
	Townships []string  `json:"townships,omitempty"` // that it covered when it was sealed
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	At        time.Time `json:"at"`
	Quotas    []Quota   `json:"quotas"`
}

// SealedFormat is what a snapshot calls its format.
const SealedFormat = "offsite-quota/1"

// ReadSealed reads the text of a snapshot.
func ReadSealed(text []byte) (Sealed, error) {
	var s Sealed
	err := json.Unmarshal(text, &s)
	if err == nil && s.Format != SealedFormat {
		err = fmt.Errorf("its format is %q, not %s", s.Format, SealedFormat)
	}
	if err != nil {
		return s, fmt.Errorf("read sealed figures: %w", err)
	}
	return s, nil
}

// Entry is the entry of the log for a snapshot whose text is given: the month, and for an
// area its level and name behind it.
func (s Sealed) Entry(text []byte) proof.Entry {
	id := s.Month
	if s.Level != "" {
		id += "/" + s.Level + "/" + s.Area
	}
	sum := sha256.Sum256(text)
	return proof.Entry{Kind: proof.KindQuota, ID: id, SHA256: hex.EncodeToString(sum[:]), At: s.At}
}

// ErrDiffers says that a figure that was reported is not the one that was sealed.
var ErrDiffers = errors.New("it is not what was sealed")

// Holds compares a figure as it was reported with the sealed one: "31/100", "31%", "31.4%"
// or, of days, "3.5". Shares and days are compared to the decimals that were reported.
// Errors wrap ErrDiffers, or ErrUnknown.
func (s Sealed) Holds(key, reported string) error {
	for _, q := range s.Quotas {
		if q.Key == key {
			return q.holds(strings.ReplaceAll(reported, " ", ""))
		}
	}
	return fmt.Errorf("figure %q: %w; sealed are %s", key, ErrUnknown, s.keys())
}

func (s Sealed) keys() string {
	keys := make([]string, len(s.Quotas))
	for i, q := range s.Quotas {
		keys[i] = q.Key
	}
	return strings.Join(keys, ", ")
}

func (q Quota) holds(reported string) error {
	sealed := fmt.Sprintf("%d/%d", q.Numerator, q.Denominator)
	if !strings.Contains(reported, "/") {
		value, unit := q.Shown(q.Value)
		if unit == "days" {
			unit = ""
		}
		number := strings.TrimSuffix(reported, unit)
		if _, err := strconv.ParseFloat(number, 64); err != nil {
			return fmt.Errorf("figure %s: write %q as 31/100, as 31.4%% or, of days, as 3.5", q.Key, reported)
		}
		_, decimals, _ := strings.Cut(number, ".")
		sealed, reported = strconv.FormatFloat(value, 'f', len(decimals), 64)+unit, number+unit
	}
	if reported != sealed {
		return fmt.Errorf("figure %s is reported as %s, and sealed as %s: %w", q.Key, reported, sealed, ErrDiffers)
	}
	return nil
}
