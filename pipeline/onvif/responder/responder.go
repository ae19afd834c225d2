// Package responder answers as a camera does that speaks ONVIF, for the camera
// simulator and for tests: directed Probes of WS-Discovery by UDP, and over HTTP the
// few questions that package onvif asks, signed by UsernameToken, with a snapshot
// behind HTTP digest. It joins no multicast group: a simulator must not answer a whole
// network.
package responder

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/icholy/digest"

	"offsite/pipeline/onvif"
)

// Options say what the device is. Streams must be given.
type Options struct {
	Listen   string // for HTTP and, at the same port, for Probes; default 127.0.0.1:0
	Name     string // default "Offsite simulator"
	User     string // with Password: who may ask; "": everybody
	Password string
	Streams  []onvif.Stream                   // Profile and Snapshot are set here
	Snapshot func(stream int) ([]byte, error) // JPEG; nil: the device gives none
	Clock    time.Duration                    // the device's clock minus ours
	Second   bool                             // it has the media service of profile T, which alone names H.265
	Logger   *slog.Logger
}

// Responder answers until it is stopped.
type Responder struct {
	o      Options
	id     string
	udp    net.PacketConn
	http   *http.Server
	work   sync.WaitGroup
	listen net.Listener
}

// New makes a device.
func New(o Options) *Responder {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Name == "" {
		o.Name = "Offsite simulator"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Responder{o: o, id: "urn:uuid:" + uuid.NewString()}
}

// Start listens and answers.
func (r *Responder) Start(ctx context.Context) (err error) {
	// A port that is free for TCP may be taken for UDP: one that may be chosen is
	// chosen anew then.
	for range 20 {
		if err = r.bind(ctx); !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /onvif/device_service", r.answer)
	mux.HandleFunc("POST /onvif/media_service", r.answer)
	mux.HandleFunc("POST /onvif/media2_service", r.answer)
	mux.HandleFunc("GET /snapshot/{stream}", r.snapshot)
	r.http = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10}
	r.work.Go(func() { _ = r.http.Serve(r.listen) }) // until Stop
	r.work.Go(r.probes)
	return nil
}

// bind takes the address, for HTTP and for Probes.
func (r *Responder) bind(ctx context.Context) (err error) {
	var lc net.ListenConfig
	if r.listen, err = lc.Listen(ctx, "tcp", r.o.Listen); err != nil {
		return fmt.Errorf("answer ONVIF: %w", err)
	}
	if r.udp, err = lc.ListenPacket(ctx, "udp", r.listen.Addr().String()); err != nil {
		return errors.Join(fmt.Errorf("answer Probes: %w", err), r.listen.Close())
	}
	return nil
}

// Stop ends answering and waits.
func (r *Responder) Stop() {
	_ = r.http.Close()
	_ = r.udp.Close()
	r.work.Wait()
}

// Addr is where it answers, HTTP and Probes.
func (r *Responder) Addr() string { return r.listen.Addr().String() }

// Address is that of the device service.
func (r *Responder) Address() string { return "http://" + r.Addr() + "/onvif/device_service" }

// probes answers those who look for devices.
func (r *Responder) probes() {
	buffer := make([]byte, 64<<10)
	for {
		n, from, err := r.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		var p struct {
			ID    string  `xml:"Header>MessageID"`
			Types *string `xml:"Body>Probe>Types"`
		}
		if xml.Unmarshal(buffer[:n], &p) != nil || p.ID == "" || p.Types == nil || !strings.Contains(*p.Types, "NetworkVideoTransmitter") {
			continue
		}
		if _, err := r.udp.WriteTo([]byte(r.fill("match", map[string]any{"RelatesTo": p.ID})), from); err != nil {
			r.o.Logger.Warn("a Probe is not answered", "error", err)
		}
	}
}

// question is what is asked, and how it is signed.
type question struct {
	User     string `xml:"Header>Security>UsernameToken>Username"`
	Password string `xml:"Header>Security>UsernameToken>Password"`
	Nonce    string `xml:"Header>Security>UsernameToken>Nonce"`
	Created  string `xml:"Header>Security>UsernameToken>Created"`
	Body     struct {
		Question struct {
			XMLName xml.Name
			Profile string `xml:"ProfileToken"`
		} `xml:",any"`
	}
}

func (r *Responder) answer(w http.ResponseWriter, req *http.Request) {
	text, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	var q question
	if err != nil || xml.Unmarshal(text, &q) != nil {
		http.Error(w, "not SOAP", http.StatusBadRequest)
		return
	}
	name := q.Body.Question.XMLName.Local
	stream := -1
	for i := range r.o.Streams {
		if token(i) == q.Body.Question.Profile {
			stream = i
		}
	}
	if q.Body.Question.XMLName.Space == "http://www.onvif.org/ver20/media/wsdl" {
		name += "2"
	}
	known := map[string]bool{"GetServices": r.o.Second, "GetProfiles2": r.o.Second, "GetStreamUri2": r.o.Second && stream >= 0,
		"GetSnapshotUri2":      r.o.Second && stream >= 0 && r.o.Snapshot != nil,
		"GetSystemDateAndTime": true, "GetDeviceInformation": true, "GetCapabilities": true, "GetProfiles": true,
		"GetStreamUri": stream >= 0, "GetSnapshotUri": stream >= 0 && r.o.Snapshot != nil}
	w.Header().Set("Content-Type", "application/soap+xml; charset=utf-8")
	switch {
	case name != "GetSystemDateAndTime" && !r.signed(q):
		w.WriteHeader(http.StatusBadRequest)
		name = "NotAuthorized"
	case !known[name]:
		w.WriteHeader(http.StatusInternalServerError)
		name = "ActionNotSupported"
	}
	_, _ = io.WriteString(w, r.fill(name, map[string]any{"Stream": stream})) // the client may have gone
}

// signed checks a UsernameToken as devices do: password, and a time near their own.
func (r *Responder) signed(q question) bool {
	if r.o.User == "" {
		return true
	}
	const near = 5 * time.Minute
	nonce, err := base64.StdEncoding.DecodeString(q.Nonce)
	created, err2 := time.Parse(time.RFC3339, q.Created)
	if err != nil || err2 != nil || len(nonce) == 0 || created.Sub(r.now()).Abs() > near {
		return false
	}
	return q.User == r.o.User && q.Password == onvif.TokenDigest(nonce, q.Created, r.o.Password)
}

func (r *Responder) now() time.Time { return time.Now().Add(r.o.Clock).UTC() }

// snapshot sends a picture to who answers the challenge of HTTP digest.
func (r *Responder) snapshot(w http.ResponseWriter, req *http.Request) {
	if r.o.User != "" {
		challenge := &digest.Challenge{Realm: "simulator", Nonce: r.id, QOP: []string{"auth"}, Algorithm: "MD5"}
		given, err := digest.ParseCredentials(req.Header.Get("Authorization"))
		if err == nil {
			var want *digest.Credentials
			want, err = digest.Digest(challenge, digest.Options{Method: req.Method, URI: req.URL.RequestURI(), Count: given.Nc,
				Cnonce: given.Cnonce, Username: r.o.User, Password: r.o.Password})
			if err == nil && (given.Nonce != r.id || given.Response != want.Response) {
				err = errors.New("another password")
			}
		}
		if err != nil {
			w.Header().Set("WWW-Authenticate", challenge.String())
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
	}
	var stream int
	if _, err := fmt.Sscan(req.PathValue("stream"), &stream); err != nil || stream < 0 || stream >= len(r.o.Streams) || r.o.Snapshot == nil {
		http.NotFound(w, req)
		return
	}
	picture, err := r.o.Snapshot(stream)
	if err != nil {
		r.o.Logger.Error("no snapshot can be made", "error", err)
		http.Error(w, "no picture", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(picture)
}

func token(stream int) string { return fmt.Sprintf("profile_%d", stream) }

// fill writes an answer.
func (r *Responder) fill(name string, more map[string]any) string {
	data := map[string]any{"ID": r.id, "Name": strings.ReplaceAll(r.o.Name, " ", "%20"), "Addr": r.Addr(), "Now": r.now(), "Streams": r.o.Streams, "Second": r.o.Second}
	for k, v := range more {
		data[k] = v
	}
	var out strings.Builder
	if err := answers.ExecuteTemplate(&out, name, data); err != nil {
		r.o.Logger.Error("an answer cannot be written", "answer", name, "error", err)
	}
	return xml.Header + out.String()
}

// answers are those of a device; the escapes of html/template are those of XML here.
var answers = template.Must(template.New("").Funcs(template.FuncMap{"token": token}).Parse(`
{{define "open"}}<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">{{end}}
{{define "match"}}{{template "open"}}<s:Header><a:RelatesTo>{{.RelatesTo}}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>{{.ID}}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/{{.Name}} onvif://www.onvif.org/hardware/simulator onvif://www.onvif.org/location/loopback</d:Scopes><d:XAddrs>http://192.0.2.1/onvif/device_service http://{{.Addr}}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>{{end}}
{{define "GetSystemDateAndTime"}}{{template "open"}}<s:Body><tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime><tt:Time><tt:Hour>{{.Now.Hour}}</tt:Hour><tt:Minute>{{.Now.Minute}}</tt:Minute><tt:Second>{{.Now.Second}}</tt:Second></tt:Time><tt:Date><tt:Year>{{.Now.Year}}</tt:Year><tt:Month>{{printf "%d" .Now.Month}}</tt:Month><tt:Day>{{.Now.Day}}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse></s:Body></s:Envelope>{{end}}
{{define "GetDeviceInformation"}}{{template "open"}}<s:Body><tds:GetDeviceInformationResponse><tds:Manufacturer>Offsite</tds:Manufacturer><tds:Model>Simulator</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>0001</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse></s:Body></s:Envelope>{{end}}
{{define "GetCapabilities"}}{{template "open"}}<s:Body><tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>http://192.0.2.1/onvif/media_service</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse></s:Body></s:Envelope>{{end}}
{{define "GetProfiles"}}{{template "open"}}<s:Body><trt:GetProfilesResponse>{{range $i, $s := .Streams}}{{if or (not $.Second) (ne $s.Codec "H265")}}<trt:Profiles token="{{token $i}}" fixed="true"><tt:Name>{{$s.Name}}</tt:Name><tt:VideoEncoderConfiguration token="v{{$i}}"><tt:Encoding>{{$s.Codec}}</tt:Encoding><tt:Resolution><tt:Width>{{$s.Width}}</tt:Width><tt:Height>{{$s.Height}}</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>{{$s.FPS}}</tt:FrameRateLimit><tt:BitrateLimit>{{$s.Kbps}}</tt:BitrateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles>{{end}}{{end}}</trt:GetProfilesResponse></s:Body></s:Envelope>{{end}}
{{define "GetStreamUri"}}{{template "open"}}<s:Body><trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{{(index .Streams .Stream).URL}}</tt:Uri><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse></s:Body></s:Envelope>{{end}}
{{define "GetSnapshotUri"}}{{template "open"}}<s:Body><trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>http://192.0.2.1/snapshot/{{.Stream}}</tt:Uri></trt:MediaUri></trt:GetSnapshotUriResponse></s:Body></s:Envelope>{{end}}
{{define "GetServices"}}{{template "open"}}<s:Body><tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace><tds:XAddr>http://192.0.2.1/onvif/media_service</tds:XAddr></tds:Service><tds:Service><tds:Namespace>http://www.onvif.org/ver20/media/wsdl</tds:Namespace><tds:XAddr>http://192.0.2.1/onvif/media2_service</tds:XAddr></tds:Service></tds:GetServicesResponse></s:Body></s:Envelope>{{end}}
{{define "GetProfiles2"}}{{template "open"}}<s:Body><tr2:GetProfilesResponse>{{range $i, $s := .Streams}}<tr2:Profiles token="{{token $i}}" fixed="true"><tr2:Name>{{$s.Name}}</tr2:Name><tr2:Configurations><tr2:VideoEncoder token="v{{$i}}"><tt:Name>v{{$i}}</tt:Name><tt:Encoding>{{$s.Codec}}</tt:Encoding><tt:Resolution><tt:Width>{{$s.Width}}</tt:Width><tt:Height>{{$s.Height}}</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>{{$s.FPS}}</tt:FrameRateLimit><tt:BitrateLimit>{{$s.Kbps}}</tt:BitrateLimit></tt:RateControl></tr2:VideoEncoder></tr2:Configurations></tr2:Profiles>{{end}}</tr2:GetProfilesResponse></s:Body></s:Envelope>{{end}}
{{define "GetStreamUri2"}}{{template "open"}}<s:Body><tr2:GetStreamUriResponse><tr2:Uri>{{(index .Streams .Stream).URL}}</tr2:Uri></tr2:GetStreamUriResponse></s:Body></s:Envelope>{{end}}
{{define "GetSnapshotUri2"}}{{template "open"}}<s:Body><tr2:GetSnapshotUriResponse><tr2:Uri>http://192.0.2.1/snapshot/{{.Stream}}</tr2:Uri></tr2:GetSnapshotUriResponse></s:Body></s:Envelope>{{end}}
{{define "NotAuthorized"}}{{template "open"}}<s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Sender not authorized</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>{{end}}
{{define "ActionNotSupported"}}{{template "open"}}<s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">not supported</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>{{end}}
`))
