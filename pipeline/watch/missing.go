package watch

import (
	"slices"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
)

const (
	missedClip = time.Second      // that a film begins later than it should, to be said
	missedLook = 10 * time.Second // without a look, at the usual cadence
)

// missedFilm says that the film should have begun earlier.
func missedFilm(from, to time.Time) pipeline.Missing {
	return pipeline.Missing{Of: pipeline.OfClip, From: from.UTC(), To: to.UTC(), Why: detectors.Explanation{
		ZH: "此前本机没有读取该摄像机：程序刚启动，或刚从另一台机器接管",
		EN: "this machine did not read the camera before: the program had just begun, or had just taken the camera over from another machine",
	}}
}

// noFilm says that there is none.
func noFilm(from, to time.Time) pipeline.Missing {
	return pipeline.Missing{Of: pipeline.OfClip, From: from.UTC(), To: to.UTC(), Why: detectors.Explanation{
		ZH: "本机没有该时段的视频", EN: "this machine holds no film of that time",
	}}
}

// missedLooks lists the pauses in a row of looks that are much longer than most. Of a long
// suspicion looks are left out evenly, which is none.
func missedLooks(looks []pipeline.LookRecord) []pipeline.Missing {
	if len(looks) < 2 {
		return nil
	}
	var apart []time.Duration
	for i := range looks[1:] {
		apart = append(apart, looks[i+1].At.Sub(looks[i].At))
	}
	slices.Sort(apart)
	least := max(missedLook, 3*apart[len(apart)/2])
	var all []pipeline.Missing
	for i := range looks[1:] {
		if looks[i+1].At.Sub(looks[i].At) > least {
			all = append(all, pipeline.Missing{Of: pipeline.OfLooks, From: looks[i].At.UTC(), To: looks[i+1].At.UTC(), Why: detectors.Explanation{
				ZH: "该时段没有检测：摄像机、画面或程序中断，或由另一台机器接管，见摄像机的中断记录",
				EN: "nothing was looked at: the camera, its picture or the program was away, or another machine took the camera over; the camera's own gaps tell more",
			}})
		}
	}
	return all
}
