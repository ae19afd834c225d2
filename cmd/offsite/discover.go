package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"offsite/pipeline/decode"
	"offsite/pipeline/ingest"
	"offsite/pipeline/onvif"
	"offsite/pipeline/onvif/responder"
	"offsite/pipeline/recording"
	"offsite/pipeline/rtspserve"
)

type cameraDiscoverCmd struct {
	At       []string      `arg:"" optional:"" help:"IP addresses, with a port where it is not 3702, or networks such as 10.0.8.0/24; default: call everybody in this machine's networks."`
	User     string        `help:"Also sign in at each device with this name, and list its streams." placeholder:"NAME"`
	Password string        `env:"OFFSITE_CAMERA_PASSWORD" help:"With --user. Better in OFFSITE_CAMERA_PASSWORD than on the command line." placeholder:"TEXT"`
	Wait     time.Duration `default:"3s" help:"How long to wait for answers." placeholder:"DURATION"`
	JSON     bool          `help:"Print what is found as JSON."`
}

// Help is shown by `offsite camera discover --help`.
func (cameraDiscoverCmd) Help() string {
	return "Examples:\n\n  offsite camera discover\n  offsite camera discover 10.0.8.0/24 --user admin"
}

// discovered is a device, and what it says if it was asked.
type discovered struct {
	onvif.Found

	Camera *onvif.Camera `json:",omitempty"`
	Why    string        `json:",omitempty"` // it could not be asked
}

// Run prints what is found; with nothing found it ends with status 1.
func (c *cameraDiscoverCmd) Run(ctx context.Context) error {
	at, err := onvif.Targets(c.At)
	if err != nil {
		return err
	}
	unicast := func(a netip.Addr) bool { return a.IsValid() && !a.IsMulticast() && !a.IsUnspecified() }
	found, err := onvif.Discover(ctx, onvif.Search{At: at, Allowed: unicast, Wait: c.Wait})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errors.New("nobody answered: cameras beyond a router must be named by address or network, and ONVIF must be switched on in them")
	}
	all := make([]discovered, len(found))
	for i, f := range found {
		all[i] = c.ask(ctx, f)
	}
	if c.JSON {
		return printJSON(all)
	}
	return listDiscovered(all)
}

// ask signs in at a device, where --user says so.
func (c *cameraDiscoverCmd) ask(ctx context.Context, f onvif.Found) discovered {
	d := discovered{Found: f}
	if c.User == "" {
		return d
	}
	camera, err := onvif.New(nil).Ask(ctx, f.Address, c.User, c.Password)
	if err != nil {
		d.Why = err.Error()
		return d
	}
	d.Camera = &camera
	return d
}

func listDiscovered(all []discovered) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, d := range all {
		fmt.Fprintf(t, "%s\t%s %s %s\n", d.Address, d.Name, d.Hardware, d.Location)
		if d.Why != "" {
			fmt.Fprintf(t, "\t%s\n", d.Why)
		}
		if d.Camera == nil {
			continue
		}
		for i, s := range d.Camera.Streams {
			fmt.Fprintf(t, "  %s\t%s, %s %d×%d, %.4g pictures/s\n", s.URL, s.Name, s.Codec, s.Width, s.Height, s.FPS)
			if small, ok := d.Camera.Substream(i); ok {
				fmt.Fprintf(t, "  \tlooks can be taken from %s\n", small.URL)
			}
		}
	}
	return t.Flush()
}

// answerONVIF lets the simulator answer as one device with a profile for each path.
func (c *cameraServeCmd) answerONVIF(ctx context.Context, server *rtspserve.Server) (*responder.Responder, error) {
	var streams []onvif.Stream
	var keys []ingest.Unit
	for i, path := range server.Paths() {
		key, err := firstPicture(c.Files, path)
		if err != nil {
			return nil, err
		}
		codec := map[string]string{ingest.H264: "H264", ingest.H265: "H265", ingest.MJPEG: "JPEG"}[key.Codec]
		streams = append(streams, onvif.Stream{Profile: fmt.Sprint(i), Name: path, Codec: codec, Width: key.Params.Width, Height: key.Params.Height, FPS: key.Params.FPS, URL: server.URL(path)})
		keys = append(keys, key)
	}
	const widest = 640
	device := responder.New(responder.Options{Listen: c.ONVIF, User: c.User, Password: c.Password, Streams: streams, Logger: newLogger(os.Stderr, c.Log),
		Snapshot: func(stream int) ([]byte, error) { return decode.JPEG(widest, keys[stream]) }})
	return device, device.Start(ctx)
}

// firstPicture is the first picture of the file that is served under a path.
func firstPicture(files []string, path string) (ingest.Unit, error) {
	i := slices.IndexFunc(files, func(file string) bool { return pathOf(file) == path })
	if i < 0 {
		return ingest.Unit{}, fmt.Errorf("answer ONVIF: no file is served as %q", path)
	}
	v, err := recording.Open(files[i])
	if err != nil {
		return ingest.Unit{}, fmt.Errorf("answer ONVIF: %w", err)
	}
	defer func() { _ = v.Close() }() // it was only read
	nalus, err := v.NALUs(0)
	if err != nil {
		return ingest.Unit{}, fmt.Errorf("answer ONVIF: read the first picture of %s: %w", files[i], err)
	}
	params, err := ingest.NewParams(v.Codec, v.VPS, v.SPS, v.PPS)
	if err != nil {
		return ingest.Unit{}, fmt.Errorf("answer ONVIF: %s: %w", files[i], err)
	}
	return ingest.Unit{Codec: v.Codec, NALUs: nalus, Key: true, Params: params}, nil
}
