package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"offsite/scenes"
)

// Options say how to run the demonstration.
type Options struct {
	Binary string // of offsite, absolute
	Dir    string // a fresh folder; "" makes one and removes it after success
	Out    io.Writer
}

// Run is the story. It returns nil only if the scenes' ground truth was met, a case
// was carried from camera to paid fine, another ended because the violation was
// corrected in time, and the evidence was verified by three programs.
func Run(ctx context.Context, o Options) error {
	dir, fresh := o.Dir, o.Dir == ""
	if fresh {
		var err error
		if dir, err = os.MkdirTemp("", "offsite-demo-"); err != nil {
			return fmt.Errorf("make the demonstration's folder: %w", err)
		}
		if err := os.Chmod(dir, 0o755); err != nil { // #nosec G302 -- the private database runs as another user
			return fmt.Errorf("make the demonstration's folder: %w", err)
		}
	}
	err := play(ctx, o.Binary, dir, newSteps(o.Out))
	if err == nil && fresh {
		return os.RemoveAll(dir)
	}
	if err != nil {
		return fmt.Errorf("%w\n  everything of this run is kept in %s", err, dir)
	}
	return nil
}

func play(ctx context.Context, binary, dir string, out *steps) error {
	h, err := open(ctx, binary, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer h.close()
	out.done("offsite up --demo is ready at %s", h.stage.URL)
	c, err := h.stage.signIn(ctx)
	if err != nil {
		return err
	}
	out.done("%d people have signed in", len(c.people))
	all, err := scenes.All()
	if err != nil {
		return err
	}
	if err := c.live(ctx); err != nil {
		return err
	}
	out.done("all %d cameras are live", len(all))
	verdicts, err := c.meet(ctx, all, out)
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		out.done("%s: found once, %+.1f s from the end of its dwell", v.scene.Key, v.late.Seconds())
	}
	out.done("nothing was found that the scenes do not hold")
	return c.cases(ctx, binary, dir, verdicts, out)
}

// live waits until every camera sends pictures.
func (c *cast) live(ctx context.Context) error {
	operator, err := c.as("operator")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return poll(ctx, 500*time.Millisecond, "all cameras to be live", func() (bool, error) {
		var list struct {
			Items []struct {
				State string `json:"state"`
			} `json:"items"`
		}
		if err := operator.call(ctx, "GET", "/api/v1/cameras", nil, &list); err != nil {
			return false, err
		}
		live := 0
		for _, camera := range list.Items {
			if camera.State == "live" {
				live++
			}
		}
		return live == len(c.stage.Scenes), nil
	})
}

func (c *cast) cases(ctx context.Context, binary, dir string, verdicts []verdict, out *steps) error {
	fine := slices.IndexFunc(verdicts, func(v verdict) bool { return v.truth.Detector == "crossdoor" })
	covered := slices.IndexFunc(verdicts, func(v verdict) bool { return v.truth.Detector == "soil" })
	if fine < 0 || covered < 0 {
		return errors.New("the scenes hold no cross-door business or no uncovered soil to make a case of")
	}
	if err := c.corrected(ctx, verdicts[covered], out); err != nil {
		return err
	}
	file, err := c.fined(ctx, verdicts[fine], out)
	if err != nil {
		return err
	}
	if err := c.takenAlong(ctx, binary, dir, file, out); err != nil {
		return err
	}
	for _, e := range file.Evidence {
		out.done("audit of %s bundle %s", e.Kind, e.Bundle)
		if err := c.audit(ctx, binary, dir, e.Bundle, out); err != nil {
			return err
		}
	}
	return nil
}

// corrected confirms a finding so that the re-check falls after the site was covered:
// the case must end without a penalty (Penalty Law art. 33).
func (c *cast) corrected(ctx context.Context, v verdict, out *steps) error {
	p := c.stage.playing(v.scene.Key)
	from := v.truth.ToS - c.stage.GraceS/2
	if err := p.during(ctx, from, v.truth.ToS); err != nil {
		return err
	}
	if err := c.review(ctx, "reviewer", v.finding.ID, "confirm", map[string]string{"note": ""}); err != nil {
		return err
	}
	out.done("%s: confirmed; the site is reminded", v.scene.Key)
	id, err := c.caseOf(ctx, v.finding)
	if err != nil {
		return err
	}
	if _, err := c.until(ctx, id, time.Minute, "corrected"); err != nil {
		return err
	}
	out.done("%s: covered at the re-check: educated, no penalty", v.scene.Key)
	return nil
}

// caseOf finds the case of a finding: they share their id unless the API names
// another.
func (c *cast) caseOf(ctx context.Context, f finding) (string, error) {
	now, err := c.finding(ctx, f.ID)
	if err != nil {
		return "", err
	}
	if now.CaseID != "" {
		return now.CaseID, nil
	}
	return now.ID, nil
}
