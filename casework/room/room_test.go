package room_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/at-wat/ebml-go/webm"
	"github.com/google/uuid"
	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"go.uber.org/goleak"

	"offsite/casework"
	"offsite/casework/room"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(checked{m}) }

// checked are the tests, after which nothing of the rooms runs any more.
type checked struct{ *testing.M }

func (c checked) Run() int {
	code := c.M.Run()
	if err := goleak.Find(goleak.IgnoreAnyFunction("offsite/embedded/postgres.(*Cluster).spawn.func1"), goleak.IgnoreAnyFunction("offsite/embedded/postgres.(*Cluster).supervise")); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// shelf keeps what is recorded.
type shelf struct {
	mu    sync.Mutex
	files map[room.Side][]byte
	parts map[string]int
	full  error
}

func (s *shelf) keep(_ context.Context, p casework.RoomPart) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full != nil {
		return s.full
	}
	if s.parts[p.File]++; s.parts[p.File] != p.Seq {
		return errors.New("a piece is missing")
	}
	side := room.Officer
	if bytes.HasPrefix([]byte(p.File), []byte(room.Party)) {
		side = room.Party
	}
	s.files[side] = append(s.files[side], p.Content...)
	return nil
}

func (s *shelf) size(side room.Side) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.files[side])
}

func open(t *testing.T) (*room.Rooms, *shelf) {
	t.Helper()
	s := &shelf{files: map[room.Side][]byte{}, parts: map[string]int{}}
	r, err := room.New(room.Options{Listen: "127.0.0.1:0", Keep: s.keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r, s
}

// peer is a browser: it sends a picture and a sound that say who it is, and notes what
// comes.
type peer struct {
	t     *testing.T
	pc    *webrtc.PeerConnection
	mark  byte
	video *webrtc.TrackLocalStaticSample
	audio *webrtc.TrackLocalStaticSample
	heard chan byte // marks of frames that came
	gone  chan struct{}
	work  sync.WaitGroup
	done  chan struct{}
}

func newPeer(t *testing.T, mark byte) *peer {
	t.Helper()
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	p := &peer{t: t, pc: pc, mark: mark, heard: make(chan byte, 4096), gone: make(chan struct{}), done: make(chan struct{})}
	p.video, err = webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "v", "p")
	must(t, err)
	p.audio, err = webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "a", "p")
	must(t, err)
	for _, track := range []webrtc.TrackLocal{p.video, p.audio} {
		_, err := pc.AddTrack(track)
		must(t, err)
	}
	pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := remote.ReadRTP()
			if err != nil {
				return
			}
			select {
			case p.heard <- packet.Payload[len(packet.Payload)-1]:
			default:
			}
		}
	})
	var once sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateClosed || s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateDisconnected {
			once.Do(func() { close(p.gone) })
		}
	})
	t.Cleanup(p.stop)
	return p
}

func (p *peer) stop() {
	select {
	case <-p.done:
	default:
		close(p.done)
	}
	p.work.Wait()
	_ = p.pc.Close()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// joiner is where a room is entered.
type joiner interface {
	Join(ctx context.Context, roomID, caseID string, side room.Side, offer string) (string, error)
}

// join enters a room and sends until the test ends.
func (p *peer) join(r joiner, id string, side room.Side) {
	p.t.Helper()
	offer, err := p.pc.CreateOffer(nil)
	must(p.t, err)
	gathered := webrtc.GatheringCompletePromise(p.pc)
	must(p.t, p.pc.SetLocalDescription(offer))
	<-gathered
	answer, err := r.Join(p.t.Context(), id, "case", side, p.pc.LocalDescription().SDP)
	must(p.t, err)
	must(p.t, p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
	p.work.Go(func() { p.send() })
}

// TestAddressesBeforeTheServerAreOffered: behind a router the party is told the address
// that it can reach.
func TestAddressesBeforeTheServerAreOffered(t *testing.T) {
	t.Parallel()
	const outside = "203.0.113.7"
	s := &shelf{files: map[room.Side][]byte{}, parts: map[string]int{}}
	r, err := room.New(room.Options{Listen: "127.0.0.1:0", Addresses: []string{outside}, Keep: s.keep})
	must(t, err)
	t.Cleanup(r.Stop)
	p := newPeer(t, 1)
	p.join(r, "room", room.Officer)
	if told := p.pc.RemoteDescription().SDP; !strings.Contains(told, " "+outside+" ") || strings.Contains(told, " 127.0.0.1 ") {
		t.Errorf("the answer should offer %s alone:\n%s", outside, told)
	}
}

const frameEvery = 20 * time.Millisecond

// send sends whole pictures of 640 by 480 and as many sounds, each ending in our mark.
func (p *peer) send() {
	tick := time.NewTicker(frameEvery)
	defer tick.Stop()
	for n := byte(0); ; n++ {
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
		picture := append([]byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, n}, bytes.Repeat([]byte{p.mark}, 2000)...) // of two packets
		_ = p.video.WriteSample(media.Sample{Data: picture, Duration: frameEvery})
		_ = p.audio.WriteSample(media.Sample{Data: []byte{0xfc, n, p.mark}, Duration: frameEvery})
	}
}

// hears waits for a frame of the other side.
func (p *peer) hears(mark byte) {
	p.t.Helper()
	for {
		select {
		case got := <-p.heard:
			if got != mark {
				p.t.Fatalf("%c heard %q", p.mark, got)
			}
			return
		case <-time.After(30 * time.Second):
			p.t.Fatalf("%c hears nothing", p.mark)
		}
	}
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Each side hears the other, and its own file holds what it sent and nothing else, frame
// for frame in order. Nothing is recorded before the party has come in.
func TestBothSidesAreHeardAndRecorded(t *testing.T) {
	r, s := open(t)
	id := newID()
	officer, party := newPeer(t, 'O'), newPeer(t, 'P')
	officer.join(r, id, room.Officer)
	until(t, "the officer is connected", func() bool { return officer.pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
	if n := s.size(room.Officer); n != 0 {
		t.Fatalf("%d bytes of the officer were recorded before the party came", n)
	}
	party.join(r, id, room.Party)
	officer.hears('P')
	party.hears('O')
	until(t, "both files grow", func() bool { return s.size(room.Party) > 100_000 && s.size(room.Officer) > 100_000 })
	must(t, r.End(t.Context(), id))
	must(t, r.End(t.Context(), id)) // gone: no error
	for side, mark := range map[room.Side]byte{room.Party: 'P', room.Officer: 'O'} {
		checkFile(t, s.files[side], mark)
	}
}

// checkFile reads a file as a player does.
func checkFile(t *testing.T, file []byte, mark byte) {
	t.Helper()
	var read struct {
		Header  webm.EBMLHeader `ebml:"EBML"`
		Segment webm.Segment    `ebml:"Segment"`
	}
	must(t, ebml.Unmarshal(bytes.NewReader(file), &read))
	tracks := read.Segment.Tracks.TrackEntry
	if len(tracks) != 2 || tracks[0].CodecID != "V_VP8" || tracks[0].Video.PixelWidth != 640 || tracks[0].Video.PixelHeight != 480 || tracks[1].CodecID != "A_OPUS" {
		t.Fatalf("%c: tracks %+v", mark, tracks)
	}
	frames, last := map[uint64]int{}, map[uint64]int{}
	var before int64
	for _, cluster := range read.Segment.Cluster {
		for _, block := range cluster.SimpleBlock {
			data := block.Data[0]
			number := map[uint64]int{1: 10, 2: 1}[block.TrackNumber]
			if data[len(data)-1] != mark {
				t.Fatalf("%c: a frame ends in %q", mark, data[len(data)-1])
			}
			n := int(data[number])
			if frames[block.TrackNumber] > 0 && n != (last[block.TrackNumber]+1)%256 {
				t.Fatalf("%c: of track %d frame %d follows %d", mark, block.TrackNumber, n, last[block.TrackNumber])
			}
			frames[block.TrackNumber]++
			last[block.TrackNumber] = n
			at := int64(cluster.Timecode) + int64(block.Timecode)
			if at < before-1000 {
				t.Fatalf("%c: a frame at %d ms comes after one at %d ms", mark, at, before)
			}
			before = max(before, at)
		}
	}
	if frames[1] < 20 || frames[2] < 20 {
		t.Errorf("%c: %d pictures and %d sounds", mark, frames[1], frames[2])
	}
}

// Who comes again takes the place of its earlier connection; each has a file.
func TestASideComesAgain(t *testing.T) {
	r, s := open(t)
	id := newID()
	officer, first := newPeer(t, 'O'), newPeer(t, 'P')
	officer.join(r, id, room.Officer)
	first.join(r, id, room.Party)
	first.hears('O')
	until(t, "it is recorded", func() bool { return s.size(room.Party) > 10_000 })
	second := newPeer(t, 'P')
	second.join(r, id, room.Party)
	second.hears('O')
	<-first.gone
	until(t, "there are three files", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.parts) == 3 })
	must(t, r.End(t.Context(), id))
}

// What cannot be recorded is not held: a full disk ends the inquiry.
func TestWhatCannotBeKeptEndsTheInquiry(t *testing.T) {
	r, s := open(t)
	s.full = errors.New("no room on the disk")
	party := newPeer(t, 'P')
	party.join(r, newID(), room.Party)
	select {
	case <-party.gone:
	case <-time.After(30 * time.Second):
		t.Fatal("the party is still in the room")
	}
}

func TestAnOfferThatIsNone(t *testing.T) {
	r, _ := open(t)
	var wrong *room.OfferError
	if _, err := r.Join(t.Context(), newID(), "case", room.Party, "v=0"); !errors.As(err, &wrong) {
		t.Errorf("got %v", err)
	}
}
