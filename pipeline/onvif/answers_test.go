package onvif

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// says answers every question with the same text.
type says []byte

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(bytes.NewReader(s)), Request: r}, nil
}

// FuzzAnswers: whatever a device answers, nobody is sent to another host than was asked.
func FuzzAnswers(f *testing.F) {
	const all = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>` +
		`<GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime><Time><Hour>1</Hour></Time><Date><Year>2026</Year><Month>11</Month><Day>29</Day></Date></UTCDateTime></SystemDateAndTime></GetSystemDateAndTimeResponse>` +
		`<GetDeviceInformationResponse><Manufacturer>M</Manufacturer></GetDeviceInformationResponse>` +
		`<GetServicesResponse><Service><Namespace>NAMESPACE</Namespace><XAddr>http://192.0.2.9/media2</XAddr></Service></GetServicesResponse>` +
		`<GetCapabilitiesResponse><Capabilities><Media><XAddr>http://192.0.2.9/media</XAddr></Media></Capabilities></GetCapabilitiesResponse>` +
		`<GetProfilesResponse><Profiles token="a"><Name>n</Name><VideoEncoderConfiguration><Encoding>H264</Encoding><Resolution><Width>1920</Width></Resolution></VideoEncoderConfiguration></Profiles></GetProfilesResponse>` +
		`<GetStreamUriResponse><MediaUri><Uri>rtsp://u:p@192.0.2.9:554/1</Uri></MediaUri></GetStreamUriResponse>` +
		`<GetSnapshotUriResponse><Uri>http://192.0.2.9/jpg?x=1</Uri></GetSnapshotUriResponse></e:Body></e:Envelope>`
	f.Add([]byte(all))
	f.Add(bytes.Replace([]byte(all), []byte("NAMESPACE"), []byte(secondMedia), 1))
	f.Add([]byte(`<Envelope><Body><Fault><Reason><Text>NotAuthorized</Text></Reason></Fault></Body></Envelope>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		device := &url.URL{Scheme: "http", Host: "10.0.0.8", Path: "/onvif/device_service"}
		s := &session{client: &http.Client{Transport: says(text)}, device: device, user: "u", password: "p"}
		c, err := s.all(t.Context())
		if err != nil {
			return
		}
		if len(c.Streams) == 0 || len(c.Streams) > mostStreams {
			t.Fatalf("%d streams", len(c.Streams))
		}
		for _, stream := range c.Streams {
			for _, address := range []string{stream.URL, stream.Snapshot} {
				if u, err := url.Parse(address); err != nil || address != "" && (u.Hostname() != device.Host || u.User != nil) {
					t.Fatalf("we are sent to %q: %v", address, err)
				}
			}
		}
	})
}
