package formats_test

import (
	"bytes"
	"strings"

	"offsite/evidence/bundle"
)

// payload is written as cmd/offsite writes it.
func payload() []bundle.Payload {
	return []bundle.Payload{
		{Path: "incident.json", Data: []byte(`{"id":"` + full + `","kind":"incident","detector":"stall","camera":"0198c000-0000-7000-8000-00000000cafe",` +
			`"zone":{"id":"0198c000-0000-7000-8000-0000000000a1","version":1,"camera":"0198c000-0000-7000-8000-00000000cafe","detector":"stall","name_zh":"菜场门口","name_en":"Market gate",` +
			`"polygon":[{"x":0.1,"y":0.5},{"x":0.9,"y":0.5},{"x":0.9,"y":0.9},{"x":0.1,"y":0.9}]},"rule_version":"stall/1","params":{"dwell_s":60},` +
			`"first":"2026-11-24T08:30:00.000000Z","last":"2026-11-24T08:31:05.000000Z","raised":"2026-11-24T08:31:05.000000Z","dwell_s":65,"present":false,` +
			`"why":{"zh":"占道设摊 65 秒","en":"A stall stood in the zone for 65 s"},"values":{"dwell_s":65},` +
			`"boxes":[{"label":"stall","score":0.91,"box":{"x1":0.3,"y1":0.55,"x2":0.45,"y2":0.8}}],` +
			`"clip_from":"2026-11-24T08:30:00.000000Z","clip_to":"2026-11-24T08:31:15.000000Z",` +
			`"stills":[{"name":"0001","role":"raised","unit":1625,"at":"2026-11-24T08:31:05.000000Z","codec":"h264","boxes":null}]}`)},
		{Path: "camera.json", Data: []byte(`{"registered":{"id":"0198c000-0000-7000-8000-00000000cafe","name":"示例路 1 号","place":"崇明区堡镇，示例路 1 号"},` +
			`"stream":{"codec":"h264","width":1280,"height":720,"fps":25,"gop_ms":2000},"clock":{"source":"rtcp","offset_ns":-1200000},"received_at":"2026-11-24T08:31:05.100000Z"}`)},
		{Path: "models.json", Data: []byte(`[{"name":"objects","version":"1.0","sha256":"` + strings.Repeat("ab", 32) + `","runtime":"onnxruntime 1.30.0 cpu","input_shape":[1,3,320,320],"thresholds":{"stall":0.5}}]`)},
		{Path: "detections.ndjson", Data: []byte(`{"unit":1600,"at":"2026-11-24T08:31:04Z","light":0.6,"tracks":[{"id":7,"label":"stall","score":0.9,"box":{"x1":0.3,"y1":0.55,"x2":0.45,"y2":0.8},` +
			`"first":"2026-11-24T08:30:00Z","last":"2026-11-24T08:31:04Z","anchored":"2026-11-24T08:30:00Z"}]}` + "\n" + `{"unit":1625,"at":"2026-11-24T08:31:05Z","light":0.6}` + "\n")},
		{Path: "clip.mp4", Data: bytes.Repeat([]byte("not really a film "), 40)},
		{Path: "stills/0001.h264", Data: []byte{0, 0, 0, 1, 0x65, 0x88}},
		{Path: "stills/0001.png", Data: []byte("\x89PNG not really")},
		{Path: "overlays/0001.jpg", Data: []byte("not really either")},
	}
}

const fromSubstream = "0198c000-0000-7000-8000-000000000007"

// substream is the payload where looks were taken from the camera's second stream.
func substream() []bundle.Payload {
	var out []bundle.Payload
	for _, p := range payload() {
		text := strings.ReplaceAll(string(p.Data), full, fromSubstream)
		switch p.Path {
		case "incident.json":
			text = strings.Replace(text, `"clip_to":"2026-11-24T08:31:15.000000Z",`, `"clip_to":"2026-11-24T08:31:15.000000Z","looked_from":"2026-11-24T08:30:00.500000Z",`, 1)
			text = strings.Replace(text, `"stills":[{"name":"0001","role":"raised","unit":1625,"at":"2026-11-24T08:31:05.000000Z","codec":"h264","boxes":null}]`,
				`"stills":[{"name":"0001","role":"raised","apart_ms":-12.5,"unit":98431,"at":"2026-11-24T08:31:04.987500Z","codec":"h264","boxes":null},`+
					`{"name":"0002","role":"looked_raised","stream":"substream","unit":1625,"at":"2026-11-24T08:31:05.000000Z","codec":"h264","boxes":null}]`, 1)
		case "camera.json":
			text = strings.Replace(text, `"received_at"`, `"substream":{"codec":"h264","width":640,"height":360,"fps":25,"gop_ms":2000,"clock":{"source":"main","offset_ns":-1200000}},"received_at"`, 1)
		case "detections.ndjson":
			text = strings.ReplaceAll(text, `,"light"`, `,"stream":"substream","light"`)
		case "stills/0001.h264":
			out = append(out, bundle.Payload{Path: "clip-looked.mp4", Data: bytes.Repeat([]byte("nor is this "), 20)})
		}
		out = append(out, bundle.Payload{Path: p.Path, Data: []byte(text)})
	}
	return append(out, bundle.Payload{Path: "stills/0002.h264", Data: []byte{0, 0, 0, 1, 0x65, 0x89}},
		bundle.Payload{Path: "stills/0002.png", Data: []byte("\x89PNG not really")}, bundle.Payload{Path: "overlays/0002.jpg", Data: []byte("not really either")})
}

const redactedCopy = "0198c000-0000-7000-8000-000000000006"

// redacted is the payload of a redacted copy.
func redacted(parent string) []bundle.Payload {
	return []bundle.Payload{
		{Path: "incident.json", Data: []byte(`{"id":"` + redactedCopy + `","kind":"redacted","camera":"0198c000-0000-7000-8000-00000000cafe","parent":"` + parent + `",` +
			`"covered":["person","car"],"files":[{"path":"data/stills/0001.png","sha256":"` + strings.Repeat("cd", 32) + `"}]}`)},
		{Path: "camera.json", Data: []byte(`{"registered":null}`)},
		{Path: "models.json", Data: []byte(`[{"name":"objects","version":"1.0","sha256":"` + strings.Repeat("ab", 32) + `","runtime":"onnxruntime 1.30.0 cpu","input_shape":[1,3,320,320],"thresholds":{"person":0.5}}]`)},
		{Path: "stills/0001.png", Data: []byte("\x89PNG not really, and covered")},
	}
}

const blindTime = "0198c000-0000-7000-8000-000000000008"

// gap is the payload of a time in which the camera saw nothing.
func gap() []bundle.Payload {
	return []bundle.Payload{
		{Path: "incident.json", Data: []byte(`{"id":"` + blindTime + `","kind":"gap","camera":"0198c000-0000-7000-8000-00000000cafe","cause":"moved",` +
			`"why":{"zh":"画面与登记的不同，可能被转动","en":"the picture shows another view than the registered one"},` +
			`"from":"2026-11-24T08:00:00Z","to":"2026-11-24T08:10:00.25Z","goes_on":false}`)},
		{Path: "camera.json", Data: []byte(`{"registered":{"id":"0198c000-0000-7000-8000-00000000cafe","name":"示例路 1 号","place":"崇明区堡镇，示例路 1 号"}}`)},
		{Path: "models.json", Data: []byte(`[]`)},
	}
}

const (
	recorded = "0198c000-0000-7000-8000-000000000009"
	heldFor  = "0198c000-0000-7000-8000-0000000000c1" // a case
)

// inquiry is the payload of the recording of an inquiry by video.
func inquiry() []bundle.Payload {
	return []bundle.Payload{
		{Path: "incident.json", Data: []byte(`{"id":"` + recorded + `","kind":"inquiry","case":"` + heldFor + `","number":"沪崇城管立字〔2026〕第000001号","party":"张三",` +
			`"officers":[{"name":"李四","licence_no":"沪-001","present_at":"2026-11-26T01:00:30Z"},{"name":"王五","licence_no":"沪-002","present_at":"2026-11-26T01:00:40Z"}],` +
			`"opened":"2026-11-26T01:00:00Z","agreed":"2026-11-26T01:01:00Z","from":"2026-11-26T01:01:05Z","to":"2026-11-26T01:12:00Z","closed":"2026-11-26T01:12:10Z",` +
			`"files":["officer-20261126T010105.000Z.webm","party-20261126T010105.500Z.webm"]}`)},
		{Path: "camera.json", Data: []byte(`{"registered":null}`)},
		{Path: "models.json", Data: []byte(`[]`)},
		{Path: "officer-20261126T010105.000Z.webm", Data: []byte("not really a recording")},
		{Path: "party-20261126T010105.500Z.webm", Data: []byte("nor is this")},
	}
}
