package grade

import (
	"testing"
	"time"
)

func TestTheNightIsChinas(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	for now, want := range map[string]string{"2026-11-30 00:00": "2026-11-30 02:30", "2026-11-30 02:29": "2026-11-30 02:30", "2026-11-30 02:30": "2026-12-01 02:30", "2026-12-31 23:59": "2027-01-01 02:30"} {
		at, err := time.ParseInLocation("2006-01-02 15:04", now, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if next := (nightly{}).Next(at.UTC()).In(shanghai).Format("2006-01-02 15:04"); next != want {
			t.Errorf("after %s comes %s, want %s", now, next, want)
		}
	}
}
