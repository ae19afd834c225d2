package ingest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	udpBuffer = 1 << 20         // bytes the kernel may hold for us; less is accepted
	udpWait   = 2 * time.Second // for the first packet by UDP, before TCP is tried
	farewell  = time.Second     // for the server to hear that we leave
	remarkFor = time.Minute     // how long a live camera carries a remark
)

// errUseTCP asks for the same connection by TCP, at once.
var errUseTCP = errors.New("pictures do not come by UDP")

// session is one connection to the camera.
type session struct {
	r      *Reader
	target *target
	stage  stage
	asm    *assembly
	time   timeline
	begun  time.Time // when PLAY was answered

	mu      sync.Mutex // what follows is shared by packets and watch
	live    *liveness
	packets uint64
	lastAt  time.Time // of the latest packet
	keyed   bool      // a key unit has come
	showing bool      // the state says live
	conn    net.Conn  // the socket under the client
	cut     bool      // the socket was closed by us

	clockSaid bool // the remark about the clock was made
}

// run connects, plays, and returns why it ended. It returns with nothing of the
// connection left running.
func (s *session) run(ctx context.Context) error {
	client := s.client()
	if err := client.Start2(); err != nil {
		return fmt.Errorf("start the RTSP client: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		_ = client.Wait() // watch asks why
		close(ended)
	}()
	defer func() {
		s.hangUp(client)
		<-ended
	}()
	unhook := context.AfterFunc(ctx, func() { s.hangUp(client) })
	defer unhook()
	late := time.AfterFunc(2*s.r.cfg.Timeout, s.cutOff)
	err := s.open(client)
	switch {
	case late.Stop() && err != nil:
		return err
	case err != nil:
		return s.tooLate(err)
	}
	s.stage = playing
	return s.watch(ctx, client, ended)
}

// hangUp ends the client politely, or else by closing its socket: a handshake or
// a farewell to a server that does not answer must not hold us.
func (s *session) hangUp(client *gortsplib.Client) {
	late := time.AfterFunc(farewell, s.cutOff)
	defer late.Stop()
	client.Close()
}

// cutOff closes the socket under the client.
func (s *session) cutOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
	if s.conn != nil {
		s.conn.Close()
	}
}

// dial connects, and keeps the socket for cutOff.
func (s *session) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: s.r.cfg.Timeout, Control: s.r.cfg.Control}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut {
		conn.Close()
		return nil, net.ErrClosed
	}
	s.conn = conn
	return gather(conn), nil
}

// tooLate says that a server took too long to start the stream.
func (s *session) tooLate(err error) error {
	s.mu.Lock()
	connected := s.conn != nil
	s.mu.Unlock()
	if s.stage == dialling && connected && s.target.tls != nil {
		return s.target.noTLS()
	}
	return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
}

func (s *session) client() *gortsplib.Client {
	cfg := s.r.cfg
	transport := gortsplib.TransportTCP
	if s.target.protocol == "udp" {
		transport = gortsplib.TransportUDP
	}
	return &gortsplib.Client{
		Scheme:       s.target.url.Scheme,
		Host:         s.target.url.Host,
		Transport:    &transport,
		TLSConfig:    s.target.tls,
		ReadTimeout:  3*cfg.StallAfter + cfg.Timeout, // watch is faster
		WriteTimeout: cfg.Timeout,
		UserAgent:    "offsite",
		DialContext:  s.dial,
		ListenPacket: func(network, address string) (net.PacketConn, error) {
			conn, err := net.ListenPacket(network, address)
			if udp, ok := conn.(*net.UDPConn); ok && err == nil {
				_ = udp.SetReadBuffer(udpBuffer) // the kernel's limit may be lower
			}
			return conn, err
		},
		OnTransportSwitch: func(error) {},
		OnPacketsLost:     func(uint64) {}, // assembly counts them
		OnDecodeError: func(error) {
			s.r.count(func(c *Counters) { c.Broken++ })
		},
	}
}

// open asks for the stream and starts it.
func (s *session) open(client *gortsplib.Client) error {
	s.stage = dialling
	desc, _, err := client.Describe(s.target.url)
	if err != nil {
		return fmt.Errorf("ask the camera what it sends: %w", err)
	}
	s.stage = asking
	media, forma, err := choose(desc)
	if err != nil {
		return err
	}
	if s.asm, err = newAssembly(forma); err != nil {
		return unknownCodec(forma.Codec())
	}
	s.adopt(forma)
	if _, err = client.Setup(desc.BaseURL, media, 0, 0); err != nil {
		return s.setupError(err)
	}
	s.time.maxOffset = s.r.cfg.MaxClockOffset
	s.live = newLiveness(s.r.cfg.Now())
	client.OnPacketRTP(media, forma, s.packet)
	client.OnPacketRTCP(media, func(p rtcp.Packet) {
		if sr, ok := p.(*rtcp.SenderReport); ok {
			s.time.hear(sr.SSRC, sr.NTPTime, sr.RTPTime, s.r.cfg.Now())
		}
	})
	s.begun = s.r.cfg.Now()
	if _, err = client.Play(nil); err != nil {
		return fmt.Errorf("ask the camera to play: %w", err)
	}
	return nil
}

// choose picks the first video that we can read.
func choose(desc *description.Session) (*description.Media, format.Format, error) {
	var other string
	audio := false
	for _, m := range desc.Medias {
		if m.IsBackChannel {
			continue
		}
		audio = audio || m.Type == description.MediaTypeAudio
		for _, f := range m.Formats {
			switch f.(type) {
			case *format.H264, *format.H265, *format.MJPEG:
				return m, f, nil
			}
			if m.Type == description.MediaTypeVideo && other == "" {
				other = codecName(f)
			}
		}
	}
	if other != "" {
		return nil, nil, unknownCodec(other)
	}
	return nil, nil, noVideo(audio)
}

func codecName(f format.Format) string {
	if g, ok := f.(*format.Generic); ok && g.RTPMap() != "" {
		return g.RTPMap()
	}
	return f.Codec()
}

// adopt takes the parameter sets of the description, where there are any.
func (s *session) adopt(forma format.Format) {
	var p *Params
	var err error
	switch f := forma.(type) {
	case *format.H264:
		sps, pps := f.SafeParams()
		p, err = NewParams(H264, nil, sps, pps)
	case *format.H265:
		vps, sps, pps := f.SafeParams()
		p, err = NewParams(H265, vps, sps, pps)
	default:
		p = &Params{Codec: MJPEG}
	}
	if err != nil { // those within the stream may be better
		s.r.count(func(c *Counters) { c.Broken++ })
		p = &Params{Codec: s.asm.codec}
	}
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	old := s.r.params
	cached := old != nil && old.Codec == p.Codec && (p.SPS == nil || old.Same(p))
	if !cached {
		s.r.params = p
	}
}

// setupError tells whether another transport may help.
func (s *session) setupError(err error) error {
	if s.target.protocol != "udp" {
		return fmt.Errorf("set the stream up: %w", err)
	}
	var bad liberrors.ErrClientBadStatusCode
	if errors.As(err, &bad) && (bad.Code == 401 || bad.Code == 404) {
		return fmt.Errorf("set the stream up: %w", err)
	}
	return s.noUDP()
}

func (s *session) noUDP() error {
	if s.target.mayFall {
		return errUseTCP
	}
	return udpBlocked()
}

// packet takes one RTP packet; they come one at a time, in order.
func (s *session) packet(p *rtp.Packet) {
	now := s.r.cfg.Now()
	s.mu.Lock()
	s.packets++
	s.lastAt = now
	s.mu.Unlock()
	before := [3]uint64{s.asm.lost, s.asm.damaged, s.asm.broken}
	raw, whole := s.asm.push(p)
	if after := [3]uint64{s.asm.lost, s.asm.damaged, s.asm.broken}; after != before {
		s.r.count(func(c *Counters) {
			c.Lost += after[0] - before[0]
			c.Damaged += after[1] - before[1]
			c.Broken += after[2] - before[2]
		})
	}
	if whole {
		s.unit(raw, p.SSRC, now)
	}
}

// unit stamps a whole access unit and hands it on.
func (s *session) unit(raw rawUnit, ssrc uint32, now time.Time) {
	params, remark := s.follow(raw)
	mark := s.time.mark(ssrc, raw.rtp, now)
	key := isKey(s.asm.codec, raw.nalus)
	if !s.keyed && !key {
		return
	}
	clock := s.time.now()
	u := Unit{
		Codec: s.asm.codec, NALUs: raw.nalus, Key: key, PTS: mark.pts, At: mark.at,
		Received: now, NTP: mark.ntp, Gap: raw.gap, Params: params,
	}
	s.r.mu.Lock()
	s.r.seq++
	u.Seq = s.r.seq
	s.r.params, s.r.clock = params, clock
	c := &s.r.counters
	c.Units++
	c.Bytes += uint64(u.Size())
	if key {
		c.Keys++
	}
	if mark.jumped {
		c.Jumps++
	}
	s.r.mu.Unlock()
	s.mu.Lock()
	s.keyed = true
	fresh := s.live.see(u)
	turn := fresh && !s.showing
	s.showing = s.showing || fresh
	s.mu.Unlock()
	switch {
	case mark.jumped:
		remark = timeJumped()
	case remark == nil && clock.Known && mark.at != mark.ntp && !mark.ntp.IsZero() && !s.clockSaid:
		s.clockSaid = true
		remark = clockOff(clock.Offset)
	}
	if turn || remark != nil && fresh {
		s.r.tell(State{Phase: Live, Why: remark, Transport: s.target.protocol})
	}
	s.r.handler.OnUnit(u)
}

// follow keeps the parameter sets and says what changed in the picture.
func (s *session) follow(raw rawUnit) (*Params, *Problem) {
	old := s.r.Params()
	if old == nil || old.Codec != s.asm.codec {
		old = &Params{Codec: s.asm.codec}
	}
	var now *Params
	var err error
	if s.asm.codec == MJPEG {
		now, err = old.followJPEG(raw.nalus[0])
	} else {
		now, err = old.follow(raw.nalus)
	}
	if err != nil {
		s.r.count(func(c *Counters) { c.Broken++ })
	}
	if old.Width != 0 && (old.Width != now.Width || old.Height != now.Height) {
		return now, resolutionChanged(old, now)
	}
	return now, nil
}

// watch waits for the end, and looks whether pictures still come.
func (s *session) watch(ctx context.Context, client *gortsplib.Client, ended <-chan struct{}) error {
	every := min(max(s.r.cfg.StallAfter/10, 20*time.Millisecond), time.Second)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			return client.Wait()
		case <-tick.C:
			if err := s.check(s.r.cfg.Now()); err != nil {
				return err
			}
		}
	}
}

// check tells a stall, and gives the connection up where it is of no use.
func (s *session) check(now time.Time) error {
	limit := s.r.cfg.StallAfter
	s.mu.Lock()
	packets, keyed, showing := s.packets, s.keyed, s.showing
	still, silent := now.Sub(s.live.fresh), now.Sub(s.lastAt)
	repeated := s.live.repeated
	stalled := still > limit
	if stalled {
		s.showing = false
	}
	s.mu.Unlock()
	switch {
	case packets == 0 && s.target.protocol == "udp" && now.Sub(s.begun) > min(udpWait, limit):
		return s.noUDP()
	case stalled && !keyed && packets > 0:
		return noKeyUnitFor(still)
	case stalled && (packets == 0 || silent > limit), still > 3*limit && !repeated:
		return stalledFor(still)
	case still > 3*limit:
		return frozenFor(still)
	case stalled && showing:
		s.r.tell(State{Phase: Stalled, Why: s.stillWhy(repeated, still), Transport: s.target.protocol})
	case !stalled && showing:
		s.clearRemark(now)
	}
	return nil
}

func (s *session) stillWhy(repeated bool, still time.Duration) *Problem {
	if repeated {
		return frozenFor(still)
	}
	return stalledFor(still)
}

// clearRemark lets a live camera's remark go after a while.
func (s *session) clearRemark(now time.Time) {
	s.r.mu.Lock()
	old := s.r.state.Phase == Live && s.r.state.Why != nil && now.Sub(s.r.remarked) > remarkFor
	s.r.mu.Unlock()
	if old {
		s.r.tell(State{Phase: Live, Transport: s.target.protocol})
	}
}
