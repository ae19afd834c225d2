package replay

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
)

// How far apart two machines may see the same pixels: their processors round
// otherwise.
const (
	Tolerance = 0.01 // of scores, and of boxes and shares as parts of the picture
	// BaselineTolerance is of what a rule says by the novelty model: its clean
	// baseline is not kept with an incident, the picture of before stands in for it.
	BaselineTolerance = 0.25
)

// The outcomes of a step.
const (
	Same    = "same"    // bit for bit
	Near    = "near"    // within the tolerance
	Differs = "differs" // what was said does not follow
	Unknown = "unknown" // it cannot be found out here
)

// Step is one thing that was seen again.
type Step struct {
	Name    string // "models", "pixels", "detections", "verdict"
	Outcome string
	Why     detectors.Explanation
}

// Again sees a kept incident again: whether its stills are what their bits decode
// to, whether the models say of them and of the clip what they said then, and
// whether the rule comes to the same verdict. The error is for what kept it from
// looking, such as a full disk.
func Again(in pipeline.Incident, engine *infer.Engine, all []detectors.Detector) ([]Step, error) {
	a := &again{in: in, engine: engine}
	for _, d := range all {
		if d.Key() == in.Detector {
			a.detector = d
		}
	}
	folder, err := os.MkdirTemp("", "offsite-replay-")
	if err != nil {
		return nil, fmt.Errorf("replay incident %s: %w", in.ID, err)
	}
	defer os.RemoveAll(folder)
	a.folder = folder
	err = a.run()
	var bits *bitsError
	if errors.As(err, &bits) {
		a.say("pixels", Differs, bits.zh+"的原始码流无法解码", bits.Error())
		return a.steps, nil
	}
	if err != nil {
		return nil, fmt.Errorf("replay incident %s: %w", in.ID, err)
	}
	return a.steps, nil
}

// bitsError says that sealed bits cannot be decoded.
type bitsError struct {
	zh, en string // whose
	err    error
}

func (e *bitsError) Error() string {
	return fmt.Sprintf("the bits of %s cannot be decoded: %v", e.en, e.err)
}

func (e *bitsError) Unwrap() error { return e.err }

// again is one incident that is seen again.
type again struct {
	in       pipeline.Incident
	engine   *infer.Engine
	detector detectors.Detector // nil: this program has none of that name
	folder   string
	steps    []Step

	clip     *clip // of the main stream; nil: there is none
	looked   *clip // of the substream; nil: no look was taken from it, or none is kept
	baseline *decode.Picture
	looks    int     // that were compared
	apart    float64 // the largest difference among them
	odd      string  // the first that differs by more, and how
}

func (a *again) say(name, outcome, zh, en string) {
	a.steps = append(a.steps, Step{name, outcome, detectors.Explanation{ZH: zh, EN: en}})
}

func (a *again) run() error {
	if !a.models() {
		return nil
	}
	if err := a.pixels(); err != nil {
		return err
	}
	for _, film := range []struct {
		into     **clip
		name, zh string
		bits     []byte
		from     time.Time
	}{{&a.clip, "clip.mp4", "主码流视频", a.in.Clip, a.in.ClipFrom}, {&a.looked, "clip-looked.mp4", "子码流视频", a.in.LookedClip, a.in.LookedFrom}} {
		if len(film.bits) == 0 {
			continue
		}
		c, err := openClip(filepath.Join(a.folder, film.name), film.zh, film.bits, film.from)
		if err != nil {
			return err
		}
		defer c.close()
		*film.into = c
	}
	if a.baseline != nil {
		defer a.baseline.Release()
	}
	return a.verdict()
}

// models says whether this program has the very models and rule that ran.
func (a *again) models() bool {
	if a.detector == nil || a.detector.Version() != a.in.Rule {
		have := ""
		if a.detector != nil {
			have = a.detector.Version()
		}
		a.say("models", Unknown, fmt.Sprintf("规则版本为“%s”，本程序为“%s”：请用当时版本的程序重算", a.in.Rule, have),
			fmt.Sprintf("it was found by rule “%s”, and this program has “%s”: replay it with the program of that time", a.in.Rule, have))
		return false
	}
	for _, sealed := range a.in.Models {
		m, err := a.engine.Manifest(sealed.Name)
		if err != nil || m.Version != sealed.Version || m.SHA256 != sealed.SHA256 || !maps.Equal(m.Thresholds, sealed.Thresholds) {
			a.say("models", Unknown, fmt.Sprintf("封存的模型 %s（%s，SHA-256 %s）与本程序所带不同：请用当时版本的程序重算", sealed.Name, sealed.Version, sealed.SHA256),
				fmt.Sprintf("the sealed model %s (%s, SHA-256 %s) is another than this program's: replay it with the program of that time", sealed.Name, sealed.Version, sealed.SHA256))
			return false
		}
	}
	a.say("models", Same, fmt.Sprintf("%d 个模型的摘要、门限与规则版本均与封存时相同", len(a.in.Models)),
		fmt.Sprintf("%d models by digest and threshold, and the rule's version, are those that were sealed", len(a.in.Models)))
	return true
}

// pixels decodes the stills.
func (a *again) pixels() error {
	worst, count := uint8(0), 0
	for i, s := range a.in.Stills {
		if len(s.PNG) == 0 || len(s.AccessUnit) == 0 {
			continue
		}
		p, err := a.decode(i)
		if err != nil {
			return err
		}
		off, err := apart(p, s.PNG)
		if a.clean(s.Role) {
			a.baseline = p
		} else {
			p.Release()
		}
		if err != nil {
			a.say("pixels", Differs, fmt.Sprintf("第 %d 张图片与其原始码流不是同一画面", i+1), fmt.Sprintf("still %d is not the picture of its bits: %v", i+1, err))
			return nil
		}
		worst = max(worst, off)
		count++
	}
	const shades = 3 // of 255: what conversions of colour may differ by
	switch {
	case count == 0:
		a.say("pixels", Unknown, "没有可供重新解码的图片", "there is no still to decode again")
	case worst == 0:
		a.say("pixels", Same, fmt.Sprintf("%d 张图片由封存的码流重新解码，逐像素相同", count), fmt.Sprintf("%d stills, decoded again from the camera's bits, are the same pixel by pixel", count))
	case worst <= shades:
		a.say("pixels", Near, fmt.Sprintf("%d 张图片重新解码后相差至多 %d/255", count, worst), fmt.Sprintf("%d stills, decoded again, differ by at most %d of 255", count, worst))
	default:
		a.say("pixels", Differs, fmt.Sprintf("图片与其原始码流相差 %d/255", worst), fmt.Sprintf("a still differs from what its bits decode to by %d of 255", worst))
	}
	return nil
}

// clean says whether a still of that role is the picture of before that the machine looked
// at.
func (a *again) clean(role string) bool {
	const before = "before"
	if slices.ContainsFunc(a.in.Stills, func(s pipeline.Still) bool { return s.Role == pipeline.Looked+before }) {
		return role == pipeline.Looked+before
	}
	return role == before
}

// decode decodes the i-th still. Errors of its bits are *bitsError.
func (a *again) decode(i int) (*decode.Picture, error) {
	s := a.in.Stills[i]
	failed := func(err error) error {
		return &bitsError{fmt.Sprintf("第 %d 张图片", i+1), fmt.Sprintf("still %d", i+1), err}
	}
	// A bundle may be a stranger's: by a file's name the decoder would open lists that lead
	// to other files.
	if !slices.Contains([]string{ingest.H264, ingest.H265, ingest.MJPEG}, s.Codec) {
		return nil, failed(fmt.Errorf("no camera sends %q", s.Codec))
	}
	path := filepath.Join(a.folder, fmt.Sprintf("%d.%s", i, s.Codec))
	if err := os.WriteFile(path, s.AccessUnit, 0o600); err != nil {
		return nil, err
	}
	f, err := decode.Open(path, 0)
	if err != nil {
		return nil, failed(err)
	}
	defer f.Close()
	var last *decode.Picture
	for {
		p, err := f.Next(s.At)
		if errors.Is(err, io.EOF) && last != nil {
			return last, nil
		}
		if last != nil {
			last.Release()
		}
		if err != nil {
			return nil, failed(err)
		}
		last = p
	}
}

// apart is how far a picture is from a PNG at most, in one colour of one pixel.
func apart(p *decode.Picture, sealed []byte) (uint8, error) {
	// Its size first: one that claims another is not given the memory for it.
	size, err := png.DecodeConfig(bytes.NewReader(sealed))
	if err != nil {
		return 0, err
	}
	now, err := p.Image()
	if err != nil {
		return 0, err
	}
	if then := image.Pt(size.Width, size.Height); then != now.Bounds().Max {
		return 0, fmt.Errorf("it measures %v and was %v", now.Bounds().Max, then)
	}
	img, err := png.Decode(bytes.NewReader(sealed))
	if err != nil {
		return 0, err
	}
	then := image.NewRGBA(img.Bounds())
	draw.Draw(then, then.Rect, img, image.Point{}, draw.Src)
	worst := uint8(0)
	for i, v := range now.Pix {
		worst = max(worst, max(v, then.Pix[i])-min(v, then.Pix[i]))
	}
	return worst, nil
}

// verdict sees every look again whose pixels are kept, and lets the rule judge.
func (a *again) verdict() error {
	zone := a.in.Zone
	zone.Params = a.in.Params
	rule, err := a.detector.NewRule(zone)
	if err != nil {
		a.say("verdict", Unknown, "封存的区域与参数不为规则所接受", "the rule does not take the sealed zone and parameters: "+err.Error())
		return nil //nolint:nilerr // it is an outcome, which was said
	}
	var met *detectors.Signal
	seen := 0
	for _, r := range a.in.Looks {
		l := detectors.Look{Camera: a.in.Camera.ID, Unit: r.Unit, At: r.At, Light: r.Light, Tracks: r.Tracks, Fire: r.Fire}
		p, err := a.picture(r)
		if err != nil {
			return err
		}
		if p != nil {
			seen++
			err = a.see(p, r, &l)
			p.Release()
			if err != nil {
				return err
			}
		}
		for _, s := range rule.Observe(l) {
			if s.Phase == detectors.Persists && micro(r.At).Equal(micro(a.in.Raised)) {
				met = &s
			}
		}
	}
	a.compared()
	a.judged(met, rule.Presence(), seen)
	return nil
}

// picture decodes what a look saw; nil where it is not kept.
func (a *again) picture(r pipeline.LookRecord) (*decode.Picture, error) {
	for i, s := range a.in.Stills {
		if s.Unit == r.Unit && s.Stream == r.Stream && len(s.AccessUnit) > 0 {
			return a.decode(i)
		}
	}
	film := a.clip
	if r.Stream != "" {
		film = a.looked
	}
	if film == nil {
		return nil, nil
	}
	return film.at(r.At)
}

// see runs the models on a picture, compares what can be compared, and hands the
// rule what is not kept of a look: the maps.
func (a *again) see(p *decode.Picture, r pipeline.LookRecord, l *detectors.Look) error {
	// Before a suspicion, a look in which nothing has changed says what the models
	// saw earlier.
	fresh := micro(r.At).After(micro(a.in.First)) || a.in.Kind == "recheck" && micro(r.At).Equal(micro(a.in.Raised))
	for _, m := range a.in.Models {
		switch m.Name {
		case "objects", "burning":
			if !fresh {
				continue
			}
			found, err := a.engine.Boxes(m.Name, p)
			if err != nil {
				return err
			}
			sealed := r.Fire
			if m.Name == "objects" {
				sealed = nil
				for _, t := range r.Tracks {
					sealed = append(sealed, t.Detection)
				}
			}
			a.compare(r, sealed, found[0], m.Thresholds)
		case "ground":
			if r.Areas == nil {
				continue // it did not run
			}
			found, err := a.engine.ClassMap(m.Name, p)
			if err != nil {
				return err
			}
			l.Ground = found[0]
		case "novelty":
			if a.baseline == nil {
				continue
			}
			found, err := a.engine.Novelty(m.Name, infer.Pair{Baseline: a.baseline, Current: p})
			if err != nil {
				return err
			}
			l.Novel = found[0]
		}
	}
	return nil
}

// compare holds what a model says now against what it said then. A thing at the edge
// of its threshold may be found by one machine and not by another.
func (a *again) compare(r pipeline.LookRecord, then, now []detectors.Detection, thresholds map[string]float64) {
	a.looks++
	left := slices.Clone(now)
	for _, d := range then {
		best := -1
		for i, n := range left {
			if n.Label == d.Label && (best < 0 || distance(d, n) < distance(d, left[best])) {
				best = i
			}
		}
		if best >= 0 && distance(d, left[best]) <= Tolerance {
			a.apart = max(a.apart, distance(d, left[best]))
			left = slices.Delete(left, best, best+1)
			continue
		}
		a.alone(r, d, thresholds, "not found again", "未再识别出")
	}
	for _, d := range left {
		a.alone(r, d, thresholds, "found now, and not then", "此次识别出、封存时没有")
	}
}

// alone is a thing that one of the two did not find.
func (a *again) alone(r pipeline.LookRecord, d detectors.Detection, thresholds map[string]float64, en, zh string) {
	a.apart = max(a.apart, d.Score-thresholds[d.Label])
	if d.Score-thresholds[d.Label] > Tolerance && a.odd == "" {
		a.odd = fmt.Sprintf("%s: %s %.3f %s（%s）", r.At.UTC().Format(time.RFC3339Nano), d.Label, d.Score, en, zh)
	}
}

// distance is the largest difference of score and sides.
func distance(a, b detectors.Detection) float64 {
	return max(math.Abs(a.Score-b.Score), math.Abs(a.Box.X1-b.Box.X1), math.Abs(a.Box.Y1-b.Box.Y1), math.Abs(a.Box.X2-b.Box.X2), math.Abs(a.Box.Y2-b.Box.Y2))
}

// compared says what came of the comparisons.
func (a *again) compared() {
	switch {
	case a.looks == 0: // the rule stands on maps alone, or no pixels are kept
	case a.odd != "":
		a.say("detections", Differs, "模型重算结果与封存的不同："+a.odd, "the models do not say again what is sealed: "+a.odd)
	case a.apart == 0:
		a.say("detections", Same, fmt.Sprintf("模型对 %d 次画面的重算结果逐位相同", a.looks), fmt.Sprintf("the models say of %d looks bit for bit what is sealed", a.looks))
	default:
		a.say("detections", Near, fmt.Sprintf("模型对 %d 次画面的重算结果相差至多 %.4f（容许 %.2f）", a.looks, a.apart, Tolerance),
			fmt.Sprintf("the models say of %d looks what is sealed, within %.4f (allowed: %.2f)", a.looks, a.apart, Tolerance))
	}
}

// judged compares the rule's verdict with the sealed one.
func (a *again) judged(met *detectors.Signal, now detectors.Presence, seen int) {
	worst, key := a.values(now.Values)
	limit, kept := Tolerance, true // kept: all that the rule goes by
	for _, m := range a.in.Models {
		kept = kept && m.Name != "ground" && m.Name != "novelty"
		if m.Name == "novelty" {
			limit = BaselineTolerance
		}
	}
	claimed := a.in.Kind != "recheck" || a.in.Present
	switch {
	case seen == 0:
		a.say("verdict", Unknown, "没有可供重算的画面", "no look's pixels are kept: nothing can be judged again")
	case met != nil && a.exact(*met):
		a.say("verdict", Same, fmt.Sprintf("规则依封存的画面与参数再次认定，时间、数值、理由逐字相同（%d 次观察，其中 %d 次由像素重算）", len(a.in.Looks), seen),
			fmt.Sprintf("the rule comes to the same verdict, times, numbers and words alike (%d looks, %d of them seen again from pixels)", len(a.in.Looks), seen))
	case now.Present != claimed || worst > limit:
		a.say("verdict", Differs, fmt.Sprintf("由封存的画面得不出封存的结论（%s 相差 %.0f%%）", key, worst*100),
			fmt.Sprintf("the sealed verdict does not follow from the sealed pixels (present: %v, sealed: %v; %s differs by %.0f %%)", now.Present, claimed, key, worst*100))
	case kept && met != nil:
		a.say("verdict", Differs, "规则再次认定，但封存的时间、数值或理由与其所述不同", "the rule is met, but the sealed times, numbers or words are not what it says: "+met.Why.EN)
	default:
		a.say("verdict", Near, fmt.Sprintf("由 %d 次画面重算，结论相同，数值相差至多 %.1f%%（容许 %.0f%%）；持续时间依据封存的 %d 次观察", seen, worst*100, limit*100, len(a.in.Looks)),
			fmt.Sprintf("seen again in %d looks, the verdict is the same, its numbers within %.1f %% (allowed: %.0f %%); its duration stands on %d sealed looks", seen, worst*100, limit*100, len(a.in.Looks)))
	}
}

// exact says whether a signal is the sealed one in all that is kept of it.
func (a *again) exact(s detectors.Signal) bool {
	return micro(s.First).Equal(micro(a.in.First)) && micro(s.Last).Equal(micro(a.in.Last)) &&
		maps.Equal(s.Values, a.in.Values) && slices.Equal(s.Boxes, a.in.Boxes) && s.Why == a.in.Why
}

// values tells the largest difference of the numbers that a picture shows, as a share
// of what they were.
func (a *again) values(now map[string]float64) (worst float64, key string) {
	for _, k := range slices.Sorted(maps.Keys(a.in.Values)) {
		switch k {
		case "dwell_s", "span_s", "looks", "person_share": // of the time before, too
			continue
		}
		if d := math.Abs(now[k]-a.in.Values[k]) / max(math.Abs(a.in.Values[k]), 1e-9); d > worst {
			worst, key = d, k
		}
	}
	return worst, key
}

// micro is a time as an incident keeps it.
func micro(t time.Time) time.Time { return t.Truncate(time.Microsecond) }
