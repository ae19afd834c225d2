package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"offsite/scenes"
)

// slack is how much later than the end of its dwell a violation may be found.
const slack = 15 * time.Second

// verdict is how one violation of a scene was met.
type verdict struct {
	scene   scenes.Scene
	truth   scenes.Truth
	finding finding
	late    time.Duration // from the end of the dwell to the finding; negative: early
}

// seconds tells at which second of the loop a time lies.
func (p Playing) seconds(at time.Time) float64 {
	length := seconds(p.DurationS)
	offset := at.Sub(p.Epoch) % length
	if offset < 0 {
		offset += length
	}
	return offset.Seconds()
}

// during waits until the loop is between two of its seconds.
func (p Playing) during(ctx context.Context, from, to float64) error {
	return poll(ctx, 100*time.Millisecond, "the scene "+p.Key, func() (bool, error) {
		s := p.seconds(time.Now())
		return s >= from && s < to, nil
	})
}

// meet waits until every violation of the scenes was found, and until every scene
// has been watched for a whole loop, then holds the findings against the truth.
func (c *cast) meet(ctx context.Context, all []scenes.Scene, out *steps) ([]verdict, error) {
	began, longest := time.Now(), 0.0
	for _, s := range all {
		longest = max(longest, s.DurationS)
	}
	// The first loop may be joined in the middle: a violation may begin anew only
	// in the second.
	watch := seconds(longest)
	ctx, cancel := context.WithTimeout(ctx, 2*watch+time.Minute)
	defer cancel()
	told := map[string]bool{}
	var found []finding
	err := poll(ctx, time.Second, "the scenes' violations to be found", func() (bool, error) {
		var err error
		if found, err = c.findings(ctx); err != nil {
			return false, err
		}
		for _, f := range found {
			if !told[f.ID] {
				told[f.ID] = true
				out.done("found %s: %s", f.Detector, f.WhyEN)
			}
		}
		return time.Since(began) >= watch && missing(c.stage, all, found) == "", nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w; not found: %s", err, missing(c.stage, all, found))
	}
	return judge(c.stage, all, found, began)
}

// missing names the violations that nothing found yet.
func missing(stage Stage, all []scenes.Scene, found []finding) string {
	var names []string
	for _, s := range all {
		for _, t := range s.Truth {
			if len(matching(stage, s, t, found)) == 0 {
				names = append(names, s.Key+"/"+t.Detector)
			}
		}
	}
	return strings.Join(names, ", ")
}

func matching(stage Stage, s scenes.Scene, t scenes.Truth, found []finding) []finding {
	playing := stage.playing(s.Key)
	var out []finding
	for _, f := range found {
		if f.CameraID == playing.CameraID && f.Detector == t.Detector {
			out = append(out, f)
		}
	}
	return out
}

func (s Stage) playing(key string) Playing {
	i := slices.IndexFunc(s.Scenes, func(p Playing) bool { return p.Key == key })
	if i < 0 {
		return Playing{Key: key}
	}
	return s.Scenes[i]
}

// judge demands that each violation was found once and in time, and that nothing
// else was.
func judge(stage Stage, all []scenes.Scene, found []finding, live time.Time) ([]verdict, error) {
	var verdicts []verdict
	var wrong []error
	explained := 0
	for _, s := range all {
		for _, t := range s.Truth {
			hits := matching(stage, s, t, found)
			explained += len(hits)
			if len(hits) != 1 {
				wrong = append(wrong, fmt.Errorf("%s: %s was found %d times, not once", s.Key, t.Detector, len(hits)))
				continue
			}
			v := verdict{scene: s, truth: t, finding: hits[0], late: lateness(stage.playing(s.Key), t, hits[0], live)}
			if v.late > slack {
				wrong = append(wrong, fmt.Errorf("%s: %s was found %s after its dwell, more than %s", s.Key, t.Detector, v.late.Round(time.Millisecond), slack))
			}
			verdicts = append(verdicts, v)
		}
	}
	if extra := len(found) - explained; extra > 0 {
		wrong = append(wrong, fmt.Errorf("%d findings are of nothing that the scenes hold", extra))
	}
	return verdicts, errors.Join(wrong...)
}

// lateness is the time from when the rule could first be met to when it was: the
// dwell counts from the beginning of the violation, or from when all cameras were
// live if that was in its midst.
func lateness(p Playing, t scenes.Truth, f finding, live time.Time) time.Duration {
	since := f.Raised.Add(-seconds(p.seconds(f.Raised) - t.FromS))
	if live.After(since) {
		since = live
	}
	return f.Raised.Sub(since) - seconds(t.DwellS)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
