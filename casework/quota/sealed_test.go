package quota_test

import (
	"encoding/json"
	"errors"
	"testing"

	"offsite/casework/quota"
)

func TestAReportedFigureIsHeldToTheSealedOne(t *testing.T) {
	t.Parallel()
	s := quota.Sealed{Format: quota.SealedFormat, Month: "2026-10", Quotas: []quota.Quota{
		{Key: "record_check", Unit: "share", Numerator: 63, Denominator: 200, Value: 0.315},
		{Key: "time_to_close", Unit: "days", Numerator: 40, Denominator: 40, Value: 3.5417},
	}}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = quota.ReadSealed(text); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key, reported string
		want          error
	}{
		{"record_check", "63/200", nil}, {"record_check", "63 / 200", nil}, {"record_check", "31.5%", nil}, {"record_check", "31.50 %", nil},
		{"record_check", "64/200", quota.ErrDiffers}, {"record_check", "63/201", quota.ErrDiffers}, {"record_check", "31.6%", quota.ErrDiffers}, {"record_check", "30%", quota.ErrDiffers},
		{"time_to_close", "3.5", nil}, {"time_to_close", "3.54", nil}, {"time_to_close", "4", nil}, {"time_to_close", "3.6", quota.ErrDiffers},
		{"record", "31%", quota.ErrUnknown},
	} {
		if err := s.Holds(c.key, c.reported); !errors.Is(err, c.want) {
			t.Errorf("%s=%s: %v, want %v", c.key, c.reported, err, c.want)
		}
	}
	if err := s.Holds("record_check", "a third"); err == nil || errors.Is(err, quota.ErrDiffers) {
		t.Errorf("a third: %v", err)
	}
	if _, err := quota.ReadSealed([]byte(`{"format":"offsite-quota/2"}`)); err == nil {
		t.Error("a text of another format was read")
	}
}
