package rtspserve

import (
	"context"
	"time"

	"offsite/pipeline/recording"
)

// player is the clockwork of one channel: it sends each picture at its time.
type player struct {
	c      *channel
	epoch  time.Time
	script []Fault

	frozen   [][]byte // the key picture that a freeze repeats
	reported time.Time
	again    time.Time // when a viewer that just came gets a second report; zero: not due
	skipping bool      // too late; waits for a key picture in time
}

func (p *player) run(ctx context.Context) {
	base := time.Duration(0) // media time at which the file now playing began
	for loop := 0; ; loop++ {
		for _, v := range p.c.videos {
			if !p.play(ctx, v, base) {
				return
			}
			base += v.Duration
		}
		p.c.log.Debug("camera simulator loop", "path", p.c.path, "loop", loop+1,
			"began", p.epoch.Add(base).Format(time.RFC3339Nano))
	}
}

// play sends one file, once. It says false when ctx has ended.
func (p *player) play(ctx context.Context, v *recording.Video, base time.Duration) bool {
	for i, s := range v.Samples {
		if !p.until(ctx, p.epoch.Add(base+s.DTS)) {
			return false
		}
		if p.late(base+s.DTS, s.Key) {
			continue
		}
		nalus, err := v.NALUs(i)
		if err == nil && p.c.as == "" {
			err = p.show(nalus, s, base)
		}
		if err != nil {
			p.c.log.Error("camera simulator skips a picture", "path", p.c.path, "error", err)
			p.skipping = true
		}
	}
	return true
}

// until waits for a moment, and sends what is due in between.
func (p *player) until(ctx context.Context, t time.Time) bool {
	for {
		now := p.c.now()
		p.act(now)
		wait := t.Sub(now)
		if wait <= 0 {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-p.c.joined:
			timer.Stop()
			p.reported, p.again = time.Time{}, p.c.now().Add(settling)
		case <-timer.C:
		}
	}
}

// act does what the script says, and reports the clock.
func (p *player) act(now time.Time) {
	for len(p.script) > 0 && now.Sub(p.epoch) >= p.script[0].After {
		p.c.calm()
		p.c.inject(p.script[0])
		p.script = p.script[1:]
	}
	m := p.c.feeling()
	again := !p.again.IsZero() && !now.Before(p.again)
	if (again || now.Sub(p.reported) >= reportEvery) && !now.Before(m.silence) {
		p.reported = now
		if again {
			p.again = time.Time{}
		}
		p.c.report(now.Sub(p.epoch), now, m)
	}
}

// late leaves pictures out after the machine slept, up to the next key picture.
func (p *player) late(media time.Duration, key bool) bool {
	behind := p.c.now().Sub(p.epoch.Add(media)) > tooLate
	p.skipping = behind || p.skipping && !key
	return p.skipping
}

// show sends a picture, or what the mood makes of it.
func (p *player) show(nalus [][]byte, s recording.Sample, base time.Duration) error {
	m, now := p.c.feeling(), p.c.now()
	media := base + s.PTS
	switch {
	case now.Before(m.silence):
		return nil
	case now.Before(m.freeze):
		if p.frozen == nil {
			if !s.Key {
				return nil
			}
			p.frozen = nalus
		}
		return p.c.send(p.frozen, media, p.epoch.Add(media), m)
	default:
		if p.frozen != nil && !s.Key {
			return nil // after a freeze, decoding starts at a key picture
		}
		p.frozen = nil
		return p.c.send(nalus, media, p.epoch.Add(media), m)
	}
}
