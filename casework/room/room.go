package room

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

var errEnded = errors.New("the room has ended")

// room is two sides and what each sends.
type room struct {
	rooms  *Rooms
	id     string
	caseID string
	limit  *time.Timer
	relays map[Side][]*webrtc.TrackLocalStaticRTP // what a side sends, as the other receives it

	mu        sync.Mutex
	legs      map[Side]*leg
	recording bool
	ended     bool
	work      sync.WaitGroup // tracks that are being read
	once      sync.Once
	err       error // of the end
}

// fileTime names a file after when its side came in, which is once.
const fileTime = "20060102T150405.000Z"

// leg is a side's connection.
type leg struct {
	pc   *webrtc.PeerConnection
	tape *tape
}

func newRoom(r *Rooms, id, caseID string) *room {
	m := &room{rooms: r, id: id, caseID: caseID, relays: map[Side][]*webrtc.TrackLocalStaticRTP{}, legs: map[Side]*leg{}}
	for _, side := range []Side{Party, Officer} {
		for name, codec := range map[string]webrtc.RTPCodecCapability{
			"audio": {MimeType: webrtc.MimeTypeOpus, ClockRate: audioClock, Channels: 2},
			"video": {MimeType: webrtc.MimeTypeVP8, ClockRate: videoClock},
		} {
			track, err := webrtc.NewTrackLocalStaticRTP(codec, name, string(side))
			if err != nil {
				panic(err) // the codecs are constant
			}
			m.relays[side] = append(m.relays[side], track)
		}
	}
	m.limit = time.AfterFunc(longest, func() { m.fail(fmt.Errorf("it has lasted %s", longest)) })
	return m
}

// join answers a side's offer and takes the place of its earlier connection.
func (m *room) join(ctx context.Context, side Side, offer string) (string, error) {
	pc, err := m.rooms.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	l := &leg{pc: pc}
	if err := m.connect(l, side); err != nil {
		return "", errors.Join(err, pc.Close())
	}
	answer, err := answered(ctx, pc, offer)
	if err != nil {
		m.leave(side, l)
		return "", err
	}
	return answer, nil
}

func (m *room) connect(l *leg, side Side) error {
	for _, track := range m.relays[side.other()] {
		sender, err := l.pc.AddTrack(track)
		if err != nil {
			return err
		}
		go drain(sender)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return errEnded
	}
	l.tape = newTape(fmt.Sprintf("%s-%s.webm", side, time.Now().UTC().Format(fileTime)), m.keep)
	l.pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { m.take(l, side, remote) })
	l.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateFailed {
			go m.leave(side, l)
		}
	})
	if old := m.legs[side]; old != nil {
		m.work.Go(func() { m.close(old) })
	}
	m.legs[side] = l
	m.recording = m.recording || side == Party // who may enter has agreed
	for _, each := range m.legs {
		each.tape.run(m.recording)
	}
	return nil
}

// answered gives the answer with all candidates in it: there are few, and one request is
// all the signalling that it takes.
func answered(ctx context.Context, pc *webrtc.PeerConnection, offer string) (string, error) {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", &OfferError{err}
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", &OfferError{err}
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	select {
	case <-gathered:
		return pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// OfferError says what is wrong with an offer.
type OfferError struct{ Err error }

// Error says it.
func (e *OfferError) Error() string { return "the offer cannot be answered: " + e.Err.Error() }

// Unwrap gives what the library said.
func (e *OfferError) Unwrap() error { return e.Err }

// drain reads what comes back of a track that is sent, so that lost packets are sent again.
func drain(sender *webrtc.RTPSender) {
	const largest = 1500
	buf := make([]byte, largest)
	for {
		if _, _, err := sender.Read(buf); err != nil {
			return
		}
	}
}

// take hands on what a side sends, to the other side and to its tape.
func (m *room) take(l *leg, side Side, remote *webrtc.TrackRemote) {
	m.mu.Lock()
	if m.ended {
		m.mu.Unlock()
		return
	}
	m.work.Add(1)
	m.mu.Unlock()
	defer m.work.Done()
	done := make(chan struct{})
	defer close(done)
	if remote.Kind() == webrtc.RTPCodecTypeVideo {
		go keyframes(l.pc, uint32(remote.SSRC()), done)
	}
	for {
		p, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		for _, relay := range m.relays[side] {
			if relay.Kind() == remote.Kind() {
				_ = relay.WriteRTP(p) // nobody may be there to see it
			}
		}
		if err := l.tape.push(remote.Kind(), p, time.Now()); err != nil {
			go m.fail(err)
			return
		}
	}
}

// keyframes asks for a whole picture every few seconds: for the tape, which begins with
// one, and for the other side, which may come later.
func keyframes(pc *webrtc.PeerConnection, ssrc uint32, done <-chan struct{}) {
	const every = 3 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
			return
		}
		select {
		case <-done:
			return
		case <-tick.C:
		}
	}
}

// leave closes a side's connection, if it is still that one's.
func (m *room) leave(side Side, l *leg) {
	m.mu.Lock()
	if m.ended {
		m.mu.Unlock()
		return // who ends the room closes it
	}
	if m.legs[side] == l {
		delete(m.legs, side)
	}
	m.work.Add(1)
	m.mu.Unlock()
	defer m.work.Done()
	m.close(l)
}

func (m *room) close(l *leg) {
	if err := l.pc.Close(); err != nil {
		m.rooms.o.Logger.Warn("a side's connection did not close", "room", m.id, "error", err)
	}
	if err := l.tape.close(); err != nil {
		go m.fail(err) // waits for us
	}
}

// fail ends an inquiry that cannot be recorded.
func (m *room) fail(err error) {
	m.rooms.o.Logger.Error("an inquiry is ended", "room", m.id, "error", err)
	_ = m.end() // whoever closes the room is told
}

// end lets both out and keeps what is left of their tapes.
func (m *room) end() error {
	m.once.Do(func() {
		m.limit.Stop()
		m.mu.Lock()
		m.ended = true
		legs := m.legs
		m.legs = map[Side]*leg{}
		m.mu.Unlock()
		var failed []error
		for _, l := range legs {
			failed = append(failed, l.pc.Close())
		}
		m.work.Wait()
		for _, l := range legs {
			failed = append(failed, l.tape.close())
		}
		m.err = errors.Join(failed...)
		m.rooms.forget(m)
	})
	return m.err
}
