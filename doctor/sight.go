package doctor

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"time"

	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
	"offsite/scenes"
)

var noCodecs = Text{"重新安装 libavcodec（apt-get install libavcodec59 libavformat59 libswscale6）", "install libavcodec anew (apt-get install libavcodec59 libavformat59 libswscale6)"}

// codecs decodes a picture of each kind that cameras send.
func (f *Findings) codecs(_ context.Context, _ Options) {
	dir, err := os.MkdirTemp("", "offsite-doctor-")
	if err != nil {
		f.fail("codecs", say("不能写临时文件：%v", "no temporary file can be written: %v", err), Text{"检查临时目录", "look at the temporary folder"})
		return
	}
	defer os.RemoveAll(dir)
	var works, fails []string
	for _, codec := range []string{ingest.H264, ingest.H265, ingest.MJPEG} {
		if err := tryCodec(dir, codec); err != nil {
			fails = append(fails, fmt.Sprintf("%s: %v", codec, err))
			continue
		}
		works = append(works, codec)
	}
	if len(fails) > 0 {
		f.fail("codecs", say("不能解码 %s", "cannot decode %s", strings.Join(fails, "; ")), noCodecs)
		return
	}
	f.ok("codecs", say("能解码 %s", "decodes %s", strings.Join(works, ", ")))
}

func tryCodec(dir, codec string) error {
	picture, err := specimen(dir, codec)
	if err != nil {
		return err
	}
	picture.Release()
	return nil
}

// specimen is a decoded picture of that codec: of a rendered camera, or made here.
func specimen(dir, codec string) (*decode.Picture, error) {
	if codec == ingest.MJPEG {
		return still()
	}
	all, err := scenes.All()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Codec != codec {
			continue
		}
		path := filepath.Join(dir, codec+".mp4")
		if err := os.WriteFile(path, s.Video, 0o600); err != nil {
			return nil, err
		}
		return decode.First(path)
	}
	return nil, fmt.Errorf("no scene is in %s", codec)
}

func still() (*decode.Picture, error) {
	const side = 64
	grey := image.NewYCbCr(image.Rect(0, 0, side, side), image.YCbCrSubsampleRatio420)
	for i := range grey.Y {
		grey.Y[i] = uint8(i % side * 3) // #nosec G115 -- under 192
	}
	for i := range grey.Cb {
		grey.Cb[i], grey.Cr[i] = color.Gray{128}.Y, color.Gray{128}.Y
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, grey, nil); err != nil {
		return nil, err
	}
	d := decode.New()
	defer d.Close()
	return d.Decode(ingest.Unit{Seq: 1, Codec: ingest.MJPEG, Key: true, NALUs: [][]byte{file.Bytes()},
		Params: &ingest.Params{Codec: ingest.MJPEG, Width: side, Height: side}})
}

// models loads the library and every model, and has each examine a picture.
func (f *Findings) models(_ context.Context, o Options) {
	engine, err := infer.New(infer.Options{Library: o.Library, Threads: o.Threads})
	if err != nil {
		f.fail("onnxruntime", say("推理库或模型不能用：%v", "library or models cannot be used: %v", err),
			Text{"在源码目录执行 make setup，或把 onnxruntime.library 设为 libonnxruntime.so.1 的路径", "run make setup in the checkout, or set onnxruntime.library to the path of libonnxruntime.so.1"})
		return
	}
	defer engine.Close()
	f.ok("onnxruntime", say("%s，本库可用的执行提供者：%s；Offsite 使用 CPU", "%s; execution providers of this library: %s; Offsite uses CPU", engine.Runtime(), strings.Join(engine.Providers(), ", ")))
	took, err := look(engine)
	if err != nil {
		f.fail("models", say("模型不能运行：%v", "the models do not run: %v", err), Text{"重新安装 Offsite", "install Offsite anew"})
		return
	}
	var each []string
	var total time.Duration
	for i, name := range engine.Names() {
		each = append(each, fmt.Sprintf("%s %d ms", name, took[i].Milliseconds()))
		total += took[i]
	}
	what := say("一次完整查看 %d 毫秒（%s）", "one look takes %d ms (%s)", total.Milliseconds(), strings.Join(each, ", "))
	if total > time.Second {
		f.warn("models", what, Text{"处理器慢：减少每台机器的摄像头或延长 cameras.cadence", "the processor is slow: fewer cameras per machine, or a longer cameras.cadence"})
		return
	}
	f.ok("models", what)
}

// look has each model examine the same picture, warm, and tells how long each took.
func look(engine *infer.Engine) ([]time.Duration, error) {
	dir, err := os.MkdirTemp("", "offsite-doctor-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	picture, err := specimen(dir, ingest.H264)
	if err != nil {
		return nil, err
	}
	defer picture.Release()
	var took []time.Duration
	for _, name := range engine.Names() {
		var last time.Duration
		for range 2 { // the first run makes its tensors
			began := time.Now()
			if _, err := engine.Predict(name, picture, picture, -1); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			last = time.Since(began)
		}
		took = append(took, last)
	}
	return took, nil
}
