package onvif

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- WS-Security's UsernameToken names it
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/icholy/digest"

	"offsite/pipeline/ingest"
)

const (
	callPatience = 5 * time.Second // for one answer
	mostAnswer   = 2 << 20         // bytes
	mostStreams  = 64
)

// Problem is why a device cannot be asked, with what to do.
type Problem = ingest.Problem

// Camera is what a device says of itself.
type Camera struct {
	Manufacturer string
	Model        string
	Firmware     string
	Serial       string
	ClockOffset  time.Duration // the device's clock minus ours, to the second
	Streams      []Stream
}

// Stream is one of its profiles.
type Stream struct {
	Profile  string // token
	Name     string
	Codec    string // as the device names it: "H264", "JPEG"
	Width    int    // pixels
	Height   int    // pixels
	FPS      float64
	Kbps     int
	URL      string // RTSP, without credentials
	Snapshot string // HTTP, "" if it gives none
}

// Client asks devices.
type Client struct{ transport *http.Transport }

// New makes a client. control may refuse to dial an address; nil: any may be dialled.
func New(control ingest.Control) *Client {
	dialer := &net.Dialer{Timeout: callPatience, Control: control}
	return &Client{transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, ResponseHeaderTimeout: callPatience, TLSHandshakeTimeout: callPatience}}
}

// Ask signs in at a device service and returns what the device is and sends. The error
// is a *Problem, unless ctx has ended.
func (c *Client) Ask(ctx context.Context, address, user, password string) (Camera, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Camera{}, &Problem{Code: ingest.BadAddress, ZH: "设备服务地址应形如 http://10.0.0.8/onvif/device_service",
			EN: "the address of a device service looks like http://10.0.0.8/onvif/device_service"}
	}
	s := &session{client: c.client(user, password), device: u, user: user, password: password}
	camera, err := s.all(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return Camera{}, fmt.Errorf("ask the device at %s: %w", u.Host, ctx.Err())
		}
		return Camera{}, s.explain(err)
	}
	return camera, nil
}

// Snapshot fetches a picture from an address that Ask gave.
func (c *Client) Snapshot(ctx context.Context, address, user, password string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch a snapshot: %w", err)
	}
	res, err := c.client(user, password).Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch a snapshot: %w", err)
	}
	defer res.Body.Close()
	picture, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil || res.StatusCode != http.StatusOK || http.DetectContentType(picture) != "image/jpeg" {
		return nil, fmt.Errorf("fetch a snapshot: %w", errors.Join(err, fmt.Errorf("the device answers %s with %s", res.Status, http.DetectContentType(picture))))
	}
	return picture, nil
}

// client answers a challenge of HTTP digest, and follows nobody elsewhere.
func (c *Client) client(user, password string) *http.Client {
	h := &http.Client{Timeout: callPatience, Transport: c.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if user != "" {
		h.Transport = &digest.Transport{Username: user, Password: password, Transport: c.transport}
	}
	return h
}

// session is one device being asked.
type session struct {
	client         *http.Client
	device         *url.URL
	user, password string
	offset         time.Duration
}

func (s *session) all(ctx context.Context) (c Camera, err error) {
	if err = s.readClock(ctx); err != nil {
		return c, err
	}
	c.ClockOffset = s.offset
	var info struct {
		Manufacturer    string
		Model           string
		FirmwareVersion string
		SerialNumber    string
	}
	if err = s.call(ctx, s.device, `<tds:GetDeviceInformation/>`, "GetDeviceInformationResponse", &info); err != nil {
		return c, err
	}
	c.Manufacturer, c.Model, c.Firmware, c.Serial = info.Manufacturer, info.Model, info.FirmwareVersion, info.SerialNumber
	c.Streams, err = s.streams(ctx)
	return c, err
}

// near is a service's address at the host that was asked: a device behind a router
// names one that only its own network knows, and nobody shall send us elsewhere.
func (s *session) near(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return s.device
	}
	near := *s.device
	near.Path, near.RawQuery = u.Path, u.RawQuery
	if u.Hostname() == s.device.Hostname() && (u.Scheme == "http" || u.Scheme == "https") {
		near.Scheme, near.Host = u.Scheme, u.Host
	}
	return &near
}

// readClock finds how far the device's clock is off: what is signed by a time that is
// not its own is refused. The question needs no signature.
func (s *session) readClock(ctx context.Context) error {
	var at struct {
		Date struct{ Year, Month, Day int }     `xml:"SystemDateAndTime>UTCDateTime>Date"`
		Time struct{ Hour, Minute, Second int } `xml:"SystemDateAndTime>UTCDateTime>Time"`
	}
	unsigned := *s
	unsigned.user = ""
	if err := unsigned.call(ctx, s.device, `<tds:GetSystemDateAndTime/>`, "GetSystemDateAndTimeResponse", &at); err != nil {
		return err
	}
	if at.Date.Year == 0 { // some do not say
		return nil
	}
	told := time.Date(at.Date.Year, time.Month(at.Date.Month), at.Date.Day, at.Time.Hour, at.Time.Minute, at.Time.Second, 0, time.UTC)
	s.offset = time.Until(told).Round(time.Second)
	return nil
}

// stream is an RTSP address at the host that was asked, without credentials; "" where
// it is none.
func (s *session) stream(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "rtsp" && u.Scheme != "rtsps" {
		return ""
	}
	u.User = nil
	u.Host = s.device.Hostname()
	if strings.Contains(u.Host, ":") {
		u.Host = "[" + u.Host + "]"
	}
	if parsed, err := url.Parse(strings.TrimSpace(address)); err == nil && parsed.Port() != "" {
		u.Host += ":" + parsed.Port()
	}
	return u.String()
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes all
	return b.String()
}

// fault is why a device refuses.
type fault struct {
	Code    string `xml:"Code>Value"`
	Subcode string `xml:"Code>Subcode>Value"`
	Reason  string `xml:"Reason>Text"`
}

func (f *fault) Error() string {
	return fmt.Sprintf("the device refuses: %s %s %s", f.Code, f.Subcode, f.Reason)
}

var errNotSignedIn = errors.New("the device does not take name and password")

// call asks one question; answer is the element that what comes back is read from.
func (s *session) call(ctx context.Context, at *url.URL, question, answer string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), strings.NewReader(s.envelope(question)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/soap+xml; charset=utf-8")
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode == http.StatusUnauthorized {
		return errNotSignedIn
	}
	var e struct {
		Body struct {
			Fault *fault
			Inner []byte `xml:",innerxml"`
		}
	}
	if err := xml.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("the device answers %s, and not SOAP: %w", res.Status, err)
	}
	if f := e.Body.Fault; f != nil {
		if strings.Contains(f.Subcode, "NotAuthorized") || strings.Contains(f.Reason, "NotAuthorized") {
			return errNotSignedIn
		}
		return f
	}
	for d := xml.NewDecoder(bytes.NewReader(e.Body.Inner)); ; {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("the device does not answer with %s: %w", answer, err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == answer {
			return d.DecodeElement(into, &start)
		}
	}
}

func (s *session) envelope(question string) string {
	return xml.Header + `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"` +
		` xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="` + secondMedia + `" xmlns:tt="http://www.onvif.org/ver10/schema">` +
		s.security() + `<s:Body>` + question + `</s:Body></s:Envelope>`
}

// security signs a question by name, password, a nonce and the device's time
// (WS-Security UsernameToken 1.0).
func (s *session) security() string {
	if s.user == "" {
		return ""
	}
	const wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	created := time.Now().Add(s.offset).UTC().Format(time.RFC3339)
	return `<s:Header><Security s:mustUnderstand="1" xmlns="` + wss + `wssecurity-secext-1.0.xsd"><UsernameToken><Username>` + escaped(s.user) +
		`</Username><Password Type="` + wss + `username-token-profile-1.0#PasswordDigest">` + TokenDigest(nonce, created, s.password) +
		`</Password><Nonce EncodingType="` + wss + `soap-message-security-1.0#Base64Binary">` + base64.StdEncoding.EncodeToString(nonce) +
		`</Nonce><Created xmlns="` + wss + `wssecurity-utility-1.0.xsd">` + created + `</Created></UsernameToken></Security></s:Header>`
}

// TokenDigest is the digest of a password in a UsernameToken.
func TokenDigest(nonce []byte, created, password string) string {
	sum := sha1.Sum(slices.Concat(nonce, []byte(created+password))) // #nosec G401 -- as the standard says
	return base64.StdEncoding.EncodeToString(sum[:])
}

// explain says what went wrong and what to do, without credentials.
func (s *session) explain(err error) *Problem {
	var p *Problem
	var f *fault
	var network net.Error
	host := s.device.Host
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, errNotSignedIn):
		return &Problem{Code: ingest.Unauthorized, ZH: "设备拒绝了用户名或密码：请核对，海康、大华等设备的 ONVIF 用户须在设备上单独建立",
			EN: "the device refuses name or password: check them; many makers want an ONVIF user of its own set up on the device"}
	case errors.As(err, &f):
		return &Problem{Code: ingest.ServerError, ZH: "设备拒绝了查询：请检查其 ONVIF 设置", EN: "the device refuses the question: check its ONVIF settings", Detail: f.Error()}
	case errors.As(err, &network):
		return &Problem{Code: ingest.Unreachable, ZH: "无法连接设备 " + host + "：请检查地址、网络和 cameras.networks",
			EN: "the device at " + host + " cannot be reached: check the address, the network and cameras.networks", Detail: network.Error()}
	}
	return &Problem{Code: ingest.ServerError, ZH: "设备 " + host + " 的应答不是 ONVIF：请在设备上启用 ONVIF", EN: "what the device at " + host + " answers is not ONVIF: switch ONVIF on", Detail: err.Error()}
}
