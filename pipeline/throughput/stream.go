package throughput

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// The stream that issue 5 names.
const (
	length = "48" // seconds of each video, a whole number of groups, so that opening it costs little beside its looks
	rate   = "4M"

	width, height = 1920, 1080 // pixels
)

// Scene is a video that streams are made of.
type Scene struct {
	Name  string
	Video []byte // any that ffmpeg reads
}

// Streams makes of each scene a video as a camera would send it: 1920×1080 pixels, 25
// pictures and 4 Mbit a second, H.264 with a key picture each 2 s, the sensor's noise
// included. What lies in the folder from an earlier run is taken as it is.
func Streams(ctx context.Context, folder string, scenes []Scene) ([]string, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, fmt.Errorf("make the streams to measure with: %w", err)
	}
	var files []string
	for _, s := range scenes {
		file := filepath.Join(folder, s.Name+"-"+length+"s.mp4")
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			if err := encode(ctx, s, file); err != nil {
				return nil, fmt.Errorf("make the stream %s with ffmpeg (apt-get install ffmpeg): %w", s.Name, err)
			}
		}
		files = append(files, file)
	}
	return files, nil
}

func encode(ctx context.Context, s Scene, file string) error {
	part := file + ".part"
	source := file + ".source"
	defer func() { _, _ = os.Remove(source), os.Remove(part) }() // what is left of a failure
	if err := os.WriteFile(source, s.Video, 0o600); err != nil {
		return err
	}
	// #nosec G204 -- arguments of our own making
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-loglevel", "error", "-t", length, "-i", source,
		"-vf", fmt.Sprintf("scale=%d:%d:flags=bicubic,noise=alls=4:allf=t", width, height), "-r", "25",
		"-c:v", "libx264", "-preset", "superfast", "-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-pix_fmt", "yuv420p",
		"-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "0", "-an", "-f", "mp4", "-y", part)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return os.Rename(part, file)
}
