package rtspserve

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"offsite/pipeline/recording"
)

const (
	clockRate   = 90_000          // RTP ticks per second of video
	reportEvery = 5 * time.Second // between sender reports; also sent when a viewer comes
	// settling is how long after coming a viewer gets one more report: by UDP the
	// first may be written before the library has opened the viewer's port.
	settling  = 300 * time.Millisecond
	tooLate   = 2 * time.Second // a picture later than this is left out, with its group
	ntpEpoch  = 2_208_988_800   // seconds from 1900 to 1970
	audioType = 0               // RTP payload type of G.711 µ-law
	videoType = 96
)

// channel plays one path to all its viewers.
type channel struct {
	path   string
	as     string
	terse  bool
	script []Fault
	videos []*recording.Video
	log    *slog.Logger
	now    func() time.Time

	stream *gortsplib.ServerStream
	media  *description.Media
	pack   packetizer
	ssrc   uint32
	first  uint32 // RTP time at the epoch

	mu      sync.Mutex
	mood    mood
	viewers map[*gortsplib.ServerSession]struct{}
	joined  chan struct{} // a viewer came: send a report
	sent    uint32        // packets
	octets  uint32
}

// packetizer cuts a picture into RTP packets.
type packetizer func(nalus [][]byte) ([]*rtp.Packet, error)

func newChannel(st Stream, log *slog.Logger, now func() time.Time) (*channel, error) {
	c := &channel{
		path: strings.Trim(st.Path, "/"), as: st.As, terse: st.Terse, script: st.Script, log: log, now: now,
		viewers: map[*gortsplib.ServerSession]struct{}{}, joined: make(chan struct{}, 1),
		first: rand.Uint32(), // #nosec G404 -- RTP wants it to differ, not to be secret
	}
	if len(st.Files) == 0 {
		return nil, fmt.Errorf("serve the path %q: no file is given", st.Path)
	}
	if c.path == "" {
		c.path = pathOf(st.Files[0])
	}
	for i, f := range st.Script {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("serve the path %q: step %d of its script: %w", c.path, i+1, err)
		}
	}
	for _, name := range st.Files {
		v, err := recording.Open(name)
		if err != nil {
			c.closeFiles()
			return nil, err
		}
		c.videos = append(c.videos, v)
		if v.Codec != c.codec() {
			c.closeFiles()
			return nil, fmt.Errorf("serve the path %q: %s is %s, the first file is %s", c.path, name, v.Codec, c.codec())
		}
	}
	return c, nil
}

func (c *channel) codec() string { return c.videos[0].Codec }

func (c *channel) duration() time.Duration {
	var d time.Duration
	for _, v := range c.videos {
		d += v.Duration
	}
	return d
}

// initialize describes the stream to the server.
func (c *channel) initialize(server *gortsplib.Server) error {
	forma, err := c.format()
	if err != nil {
		return err
	}
	c.media = &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{forma}}
	switch c.as {
	case "":
	case "audio":
		forma = &format.G711{PayloadTyp: audioType, MULaw: true, SampleRate: 8000, ChannelCount: 1}
		c.media = &description.Media{Type: description.MediaTypeAudio, Formats: []format.Format{forma}}
	case "vp8":
		forma = &format.VP8{PayloadTyp: videoType}
		c.media.Formats = []format.Format{forma}
	default:
		return fmt.Errorf("cannot pretend to be %q", c.as)
	}
	c.stream = &gortsplib.ServerStream{
		Server: server,
		Desc:   &description.Session{Title: "offsite camera simulator", Medias: []*description.Media{c.media}},
	}
	if err := c.stream.Initialize(); err != nil {
		return err
	}
	c.ssrc = c.stream.Stats().Medias[c.media].Formats[forma].LocalSSRC
	return nil
}

// format makes the RTP format of the first file and its packetizer.
func (c *channel) format() (format.Format, error) {
	v := c.videos[0]
	vps, sps, pps := v.VPS, v.SPS, v.PPS
	if c.terse {
		vps, sps, pps = nil, nil, nil
	}
	switch v.Codec {
	case recording.H264:
		f := &format.H264{PayloadTyp: videoType, SPS: sps, PPS: pps, PacketizationMode: 1}
		enc, err := f.CreateEncoder()
		c.pack = func(n [][]byte) ([]*rtp.Packet, error) { return enc.Encode(n) }
		return f, err
	case recording.H265:
		f := &format.H265{PayloadTyp: videoType, VPS: vps, SPS: sps, PPS: pps}
		enc, err := f.CreateEncoder()
		c.pack = func(n [][]byte) ([]*rtp.Packet, error) { return enc.Encode(n) }
		return f, err
	case recording.MJPEG:
		f := &format.MJPEG{}
		enc, err := f.CreateEncoder()
		c.pack = func(n [][]byte) ([]*rtp.Packet, error) { return enc.Encode(n[0]) }
		return f, err
	default:
		return nil, fmt.Errorf("%s cannot be served over RTSP: convert it to H.264", v.Codec)
	}
}

// run plays until ctx ends.
func (c *channel) run(ctx context.Context, epoch time.Time) {
	p := &player{c: c, epoch: epoch, script: c.script}
	p.run(ctx)
}

func (c *channel) join(s *gortsplib.ServerSession) {
	c.mu.Lock()
	c.viewers[s] = struct{}{}
	c.mu.Unlock()
	select {
	case c.joined <- struct{}{}:
	default:
	}
}

func (c *channel) leave(s *gortsplib.ServerSession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.viewers, s)
}

func (c *channel) refuses() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Before(c.mood.refuse)
}

// inject changes the mood, and closes connections where the fault says so.
func (c *channel) inject(f Fault) {
	c.mu.Lock()
	closing := c.mood.feel(f, c.now())
	var sessions []*gortsplib.ServerSession
	if closing {
		for s := range c.viewers {
			sessions = append(sessions, s)
		}
	}
	c.mu.Unlock()
	for _, s := range sessions {
		s.Close()
	}
	c.log.Info("camera simulator fault", "path", c.path, "fault", f.Kind, "for_s", f.For.Seconds())
}

func (c *channel) calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mood.calm()
}

func (c *channel) feeling() mood {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mood
}

// send writes one picture. Packets that a loss takes are counted as sent.
func (c *channel) send(nalus [][]byte, media time.Duration, wall time.Time, m mood) error {
	if c.now().Before(m.corrupt) && rand.Float64() < m.bad { // #nosec G404 -- a simulated fault
		nalus = corrupted(nalus)
	}
	packets, err := c.pack(nalus)
	if err != nil {
		return fmt.Errorf("cut a picture of %s into packets: %w", c.path, err)
	}
	stamp := c.rtpTime(media + m.jump)
	losing := c.now().Before(m.loss)
	for _, p := range packets {
		p.Timestamp = stamp
		c.sent++
		c.octets += uint32(len(p.Payload))
		if losing && rand.Float64() < m.share { // #nosec G404 -- a simulated loss
			continue
		}
		if err := c.stream.WritePacketRTPWithNTP(c.media, p, wall); err != nil {
			return fmt.Errorf("send a picture of %s: %w", c.path, err)
		}
	}
	return nil
}

// corrupted damages the picture's bits, from a third of its largest part on, and
// leaves their number.
func corrupted(nalus [][]byte) [][]byte {
	bad, largest := slices.Clone(nalus), 0
	for i := range bad {
		if len(bad[i]) > len(bad[largest]) {
			largest = i
		}
	}
	bits := slices.Clone(bad[largest])
	const step = 8
	for i := len(bits)/3 + 1; i < len(bits)-2; i += step {
		bits[i] ^= 0x5a
	}
	bad[largest] = bits
	return bad
}

// report tells viewers which wall-clock time an RTP time is.
func (c *channel) report(media time.Duration, wall time.Time, m mood) {
	wall = wall.Add(m.clock)
	err := c.stream.WritePacketRTCP(c.media, &rtcp.SenderReport{
		SSRC: c.ssrc, NTPTime: toNTP(wall), RTPTime: c.rtpTime(media + m.jump),
		PacketCount: c.sent, OctetCount: c.octets,
	})
	if err != nil {
		c.log.Warn("send a sender report", "path", c.path, "error", err)
	}
}

func (c *channel) rtpTime(media time.Duration) uint32 {
	ticks := int64(media/time.Second)*clockRate + int64(media%time.Second)*clockRate/int64(time.Second)
	return c.first + uint32(ticks)
}

func toNTP(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

func (c *channel) close() {
	if c.stream != nil {
		c.stream.Close()
	}
}

func (c *channel) closeFiles() {
	for _, v := range c.videos {
		if err := v.Close(); err != nil {
			c.log.Warn("close a served video", "file", v.Name, "error", err)
		}
	}
}
