package onvif

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/ipv4"
)

// Port is where devices listen for a Probe.
const Port = 3702

const (
	patience  = 3 * time.Second // for answers; devices wait up to 500 ms before they answer
	datagram  = 64 << 10        // bytes
	mostFound = 1000
)

// group is where a Probe reaches everybody (WS-Discovery 1.0, 2.4).
var group = netip.AddrFrom4([4]byte{239, 255, 255, 250})

// Search says whom to ask.
type Search struct {
	// At are asked one by one, beyond routers too; none: everybody in the networks of
	// this machine's interfaces, by multicast.
	At []netip.AddrPort
	// Allowed says who may be asked and believed. It must be given.
	Allowed func(netip.Addr) bool
	Wait    time.Duration // for answers; default 3 s
}

// Found is a device that answered.
type Found struct {
	ID       string // urn:uuid:…, the same over restarts
	Address  string // of its device service, as http://10.0.0.8/onvif/device_service
	Name     string // what it says of itself, "" if nothing
	Hardware string
	Location string
}

// ErrNobody says that there was nobody to ask: no address was given, and no interface
// of this machine lies in the allowed networks.
var ErrNobody = errors.New("no interface of this machine lies in the allowed networks; name the addresses to ask")

// Discover asks and returns who has answered, in order of address. That a single
// address cannot be asked is no error; that none can is.
func Discover(ctx context.Context, s Search) ([]Found, error) {
	if s.Wait <= 0 {
		s.Wait = patience
	}
	ctx, cancel := context.WithTimeout(ctx, s.Wait)
	defer cancel()
	sockets, err := s.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for cameras: %w", err)
	}
	answers := make(chan Found)
	var work sync.WaitGroup
	for _, socket := range sockets {
		work.Go(func() { socket.listen(ctx, s.Allowed, answers) })
	}
	go func() { work.Wait(); close(answers) }()
	all := map[string]Found{}
	for f := range answers {
		if len(all) < mostFound {
			all[cmp.Or(f.ID, f.Address)] = f
		}
	}
	found := make([]Found, 0, len(all))
	for _, f := range all {
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b Found) int { return strings.Compare(a.Address, b.Address) })
	return found, nil
}

// asked is a socket through which a Probe went out.
type asked struct {
	conn    net.PacketConn
	message string // its id, which answers relate to
}

// ask sends the Probe and returns the sockets that answers come to.
func (s Search) ask(ctx context.Context) ([]asked, error) {
	if len(s.At) > 0 {
		a, err := open(ctx, netip.IPv4Unspecified())
		if err != nil {
			return nil, err
		}
		var last error
		sent := 0
		for _, at := range s.At {
			if !s.Allowed(at.Addr()) {
				last = fmt.Errorf("%s lies outside the allowed networks", at.Addr())
				continue
			}
			if _, last = a.conn.WriteTo(probe(a.message), net.UDPAddrFromAddrPort(at)); last == nil {
				sent++
			}
		}
		if sent == 0 {
			return nil, errors.Join(last, a.conn.Close())
		}
		return []asked{a}, nil
	}
	var all []asked
	for _, i := range s.interfaces() {
		a, err := open(ctx, i.address)
		if err != nil {
			continue // the others may do
		}
		out := ipv4.NewPacketConn(a.conn)
		err = errors.Join(out.SetMulticastInterface(&i.Interface), out.SetMulticastTTL(1))
		if err == nil {
			_, err = a.conn.WriteTo(probe(a.message), net.UDPAddrFromAddrPort(netip.AddrPortFrom(group, Port)))
		}
		if err != nil {
			_ = a.conn.Close()
			continue
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, ErrNobody
	}
	return all, nil
}

func open(ctx context.Context, local netip.Addr) (asked, error) {
	conn, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp4", netip.AddrPortFrom(local, 0).String())
	if err != nil {
		return asked{}, err
	}
	return asked{conn: conn, message: "urn:uuid:" + uuid.NewString()}, nil
}

// local is an interface with an address of its own.
type local struct {
	net.Interface

	address netip.Addr
}

// interfaces are those of this machine through which allowed addresses are reached.
func (s Search) interfaces() (all []local) {
	every, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, i := range every {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			prefix, err := netip.ParsePrefix(a.String())
			if err == nil && prefix.Addr().Is4() && s.Allowed(prefix.Addr()) {
				all = append(all, local{i, prefix.Addr()})
				break
			}
		}
	}
	return all
}

// probe is the message that asks for devices that send video.
func probe(id string) []byte {
	return []byte(xml.Header + `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"` +
		` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>` + id +
		`</w:MessageID><w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>` +
		`<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>` +
		`<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>`)
}

// listen reads answers until ctx ends, then closes the socket.
func (a asked) listen(ctx context.Context, allowed func(netip.Addr) bool, answers chan<- Found) {
	end := context.AfterFunc(ctx, func() { _ = a.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer func() {
		end()
		_ = a.conn.Close()
	}()
	buffer := make([]byte, datagram)
	for {
		n, from, err := a.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if udp, ok := from.(*net.UDPAddr); !ok || !allowed(udp.AddrPort().Addr().Unmap()) {
			continue
		}
		for _, f := range matches(buffer[:n], a.message, allowed) {
			answers <- f
		}
	}
}

// probeMatches is what a device answers.
type probeMatches struct {
	RelatesTo string `xml:"Header>RelatesTo"`
	Matches   []struct {
		ID     string `xml:"EndpointReference>Address"`
		Scopes string `xml:"Scopes"`
		XAddrs string `xml:"XAddrs"`
	} `xml:"Body>ProbeMatches>ProbeMatch"`
}

// matches reads an answer to the message of that id. What is not understood, or names
// no allowed address, is left out.
func matches(text []byte, id string, allowed func(netip.Addr) bool) (found []Found) {
	var m probeMatches
	if err := xml.Unmarshal(text, &m); err != nil || strings.TrimSpace(m.RelatesTo) != id {
		return nil
	}
	for _, one := range m.Matches {
		f := Found{ID: strings.TrimSpace(one.ID)}
		for _, address := range strings.Fields(one.XAddrs) {
			if believable(address, allowed) {
				f.Address = address
				break
			}
		}
		if f.Address == "" {
			continue
		}
		for _, scope := range strings.Fields(one.Scopes) {
			f.note(scope)
		}
		found = append(found, f)
	}
	return found
}

// believable says whether an address is one of HTTP at an allowed IP address.
func believable(address string, allowed func(netip.Addr) bool) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && allowed(ip)
}

// note takes what a scope says of the device (ONVIF Core, 7.3.2.2).
func (f *Found) note(scope string) {
	rest, ok := strings.CutPrefix(scope, "onvif://www.onvif.org/")
	kind, value, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 {
		return
	}
	value, err := url.PathUnescape(value)
	if err != nil {
		return
	}
	for name, into := range map[string]*string{"name": &f.Name, "hardware": &f.Hardware, "location": &f.Location} {
		if kind == name && *into == "" {
			*into = value
		}
	}
}
