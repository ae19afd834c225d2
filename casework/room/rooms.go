package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"offsite/casework"
)

// Side is one of the two that talk.
type Side string

// The sides.
const (
	Party   Side = "party"
	Officer Side = "officer"
)

func (s Side) other() Side {
	if s == Party {
		return Officer
	}
	return Party
}

// Options say where media come in and where recordings go.
type Options struct {
	Listen    string   // HOST:PORT for the media of all rooms, UDP; port 0 is any
	Addresses []string // public IP addresses that stand before it; none: its own
	Keep      func(ctx context.Context, p casework.RoomPart) error
	Logger    *slog.Logger // nil: none
}

// Rooms are the rooms of this process. They are safe for concurrent use.
type Rooms struct {
	o    Options
	api  *webrtc.API
	conn net.PacketConn
	mux  ice.UDPMux

	mu   sync.Mutex
	open map[string]*room
}

// New opens the port of the media.
func New(o Options) (*Rooms, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	conn, err := net.ListenPacket("udp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the media of inquiries at %s: %w; choose another address with --inquiry.listen", o.Listen, err)
	}
	r := &Rooms{o: o, conn: conn, open: map[string]*room{}}
	r.mux = webrtc.NewICEUDPMux(nil, conn)
	media := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, c := range []struct {
		kind  webrtc.RTPCodecType
		codec webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: 96,
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: videoClock, RTCPFeedback: feedback}}},
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{PayloadType: 111,
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: audioClock, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}}},
	} {
		if err := media.RegisterCodec(c.codec, c.kind); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare inquiries: %w", err), conn.Close())
		}
	}
	chain := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, chain); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare inquiries: %w", err), conn.Close())
	}
	settings := webrtc.SettingEngine{}
	settings.SetLite(true)
	settings.SetICEUDPMux(r.mux)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	if len(o.Addresses) > 0 {
		if err := settings.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: o.Addresses, AsCandidateType: webrtc.ICECandidateTypeHost}); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare inquiries: addresses %q: %w", o.Addresses, err), conn.Close())
		}
	}
	r.api = webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(chain), webrtc.WithSettingEngine(settings))
	return r, nil
}

// Join lets a side into a room, in the place of an earlier one of that side, and answers
// its offer.
func (r *Rooms) Join(ctx context.Context, roomID, caseID string, side Side, offer string) (answer string, err error) {
	for {
		m := r.room(roomID, caseID)
		answer, err = m.join(ctx, side, offer)
		if !errors.Is(err, errEnded) {
			break
		}
		r.forget(m) // it ended while it was entered: a new one takes its place
	}
	if err != nil {
		return "", fmt.Errorf("join room %s as %s: %w", roomID, side, err)
	}
	return answer, nil
}

func (r *Rooms) room(id, caseID string) *room {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.open[id]
	if !ok {
		m = newRoom(r, id, caseID)
		r.open[id] = m
	}
	return m
}

func (r *Rooms) forget(m *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[m.id] == m {
		delete(r.open, m.id)
	}
}

// End lets everybody out of a room and returns when all that was recorded is kept. A room
// that is not here is no error.
func (r *Rooms) End(ctx context.Context, id string) error {
	r.mu.Lock()
	m, ok := r.open[id]
	r.mu.Unlock()
	if !ok {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- m.end() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("end room %s: %w", id, context.Cause(ctx))
	}
}

// Stop ends all rooms.
func (r *Rooms) Stop() {
	r.mu.Lock()
	all := make([]*room, 0, len(r.open))
	for _, m := range r.open {
		all = append(all, m)
	}
	r.mu.Unlock()
	for _, m := range all {
		if err := m.end(); err != nil {
			r.o.Logger.Error("the last of a recording could not be kept", "room", m.id, "error", err)
		}
	}
	_ = r.mux.Close()
	_ = r.conn.Close()
}

const (
	videoClock = 90_000
	audioClock = 48_000
	longest    = 2 * time.Hour // of an inquiry
)
