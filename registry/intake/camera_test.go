package intake_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offsite/registry"
	"offsite/registry/intake"
)

const cameraList = `某街道摄像机清单,,,,,,,,,,
摄像机名称,安装地点,RTSP地址,用户名,密码,传输方式,经度,纬度,法制审核文号,公示日期,取样间隔
东门,东门路口,rtsp://10.0.0.1:554/s1,admin,p@ss/1,TCP,121.397,31.626,法审1号,2026/1/5,2
西门,西门路口,rtsp://viewer:secret@10.0.0.2/s1,,,自动,,,,,
,北门路口,rtsp://10.0.0.3/s1,,,,,,,,
南门,南门路口,http://10.0.0.4/s1,,,,,,,,
东门,别处,rtsp://10.0.0.5/s1,,,,,,,,
又一东门,东门路口,rtsp://10.0.0.1:554/s1,,,,,,,,
外网,外网,rtsp://198.51.100.7/s1,,,,,,,,
颠倒,颠倒,rtsp://10.0.0.8/s1,,,,31.626,121.397,,,
坏日期,坏日期,rtsp://10.0.0.9/s1,,,,,,,明天,
坏间隔,坏间隔,rtsp://10.0.0.10/s1,,,,,,,,1小时
`

// guarded refuses what lies outside 10.0.0.0/8, as the program does.
func guarded(_ context.Context, url string) *registry.Refused {
	if strings.Contains(url, "198.51.100.") {
		return &registry.Refused{Field: "url", ZH: "不在允许的摄像机网段内", EN: "outside the camera networks"}
	}
	return nil
}

func (s setting) cameras(t *testing.T) map[string]registry.Camera {
	t.Helper()
	all, err := s.registry.Cameras(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]registry.Camera{}
	for _, c := range all {
		m[c.Name] = c
	}
	return m
}

func TestCamerasFromPreviewToUndo(t *testing.T) {
	t.Parallel()
	s := open(t, intake.WithAddressCheck(guarded))
	ctx := t.Context()
	b := s.preview(t, "摄像机.csv", []byte(cameraList), intake.Options{Subject: intake.Cameras})
	if b.Counts != (intake.Counts{Create: 2, Error: 8}) || b.Total != 10 || b.Subject != intake.Cameras || len(s.cameras(t)) != 0 {
		t.Fatalf("previewed as %+v", b)
	}
	wrong, err := s.Rows(ctx, b.ID, "error", 0, 20)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		n      int
		column string
		about  string
	}{
		{5, "摄像机名称", "请填写"}, {6, "RTSP地址", "rtsp://"}, {7, "摄像机名称", "第3行"}, {8, "RTSP地址", "第3行"},
		{9, "RTSP地址", "网段"}, {10, "经度", "填反"}, {11, "公示日期", "2026-01-31"}, {12, "取样间隔", "200ms"},
	} {
		if i >= len(wrong) {
			t.Fatalf("only %d rows are wrong", len(wrong))
		}
		r := wrong[i]
		if r.N != want.n || len(r.Problems) != 1 || r.Problems[0].Column != want.column || !strings.Contains(r.Problems[0].ZH, want.about) || r.Problems[0].EN == "" {
			t.Errorf("row %d: %+v, want %+v", r.N, r.Problems, want)
		}
	}
	right, err := s.Rows(ctx, b.ID, "create", 0, 20)
	if err != nil || len(right) != 2 || right[1].Camera.URL != "rtsp://10.0.0.2/s1" || strings.Contains(right[0].Camera.URL, "p@ss") {
		t.Errorf("the rows to create are %+v, %v", right, err)
	}

	if b = s.apply(t, b); b.State != intake.Applied || b.Done != 2 {
		t.Fatalf("applied as %+v", b)
	}
	east := s.cameras(t)["东门"]
	if east.Protocol != "tcp" || east.Cadence != "2s" || *east.PublishedOn != "2026-01-05" || *east.Longitude != 121.397 || east.LegalReviewNo != "法审1号" || east.URL != "rtsp://10.0.0.1:554/s1" {
		t.Errorf("registered as %+v", east)
	}
	if address, err := s.registry.CameraAddress(ctx, east.ID); err != nil || address != "rtsp://admin:p%40ss%2F1@10.0.0.1:554/s1" {
		t.Errorf("its address is %q, %v", address, err)
	}
	if rows, err := s.Rows(ctx, b.ID, "create", 0, 1); err != nil || rows[0].ObjectID != east.ID {
		t.Errorf("the applied row names %+v, %v", rows, err)
	}
	if _, err = s.Apply(ctx, by, b.ID); !errors.Is(err, intake.ErrState) {
		t.Errorf("applied twice: %v", err)
	}
	change := s.cameras(t)["西门"]
	if _, err = s.registry.ChangeCamera(ctx, by, change.ID, 0, registry.CameraChange{Name: "西门二", Place: "西门路口"}); err != nil {
		t.Fatal(err)
	}
	b, err = s.Undo(ctx, by, b.ID)
	if left := s.cameras(t); err != nil || b.State != intake.Undone || b.Counts.Kept != 1 || len(left) != 1 || left["西门二"].ID != change.ID {
		t.Errorf("undone as %+v, %v; %d cameras are left", b, err, len(left))
	}
}

func TestRegisteredCamerasAreKnownByTheirAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	c, err := s.registry.CreateCamera(ctx, by, registry.CameraDraft{CameraChange: registry.CameraChange{Name: "东门", Place: "东门路口"}, URL: "rtsp://a:b@10.0.0.1/s1"})
	if err != nil {
		t.Fatal(err)
	}
	const again = "name,place,url,user,password,legal_review_no\n东大门,,rtsp://10.0.0.1/s1,other,word,法审1号\n东门,东门路口,rtsp://10.0.0.2/s1,,,\n"
	for _, step := range []struct {
		rule string
		want intake.Counts
		name string
	}{
		{intake.Skip, intake.Counts{Skip: 1, Error: 1}, "东门"},
		{intake.Fill, intake.Counts{Merge: 1, Error: 1}, "东门"},
		{intake.Fill, intake.Counts{Same: 1, Error: 1}, "东门"},
		{intake.Overwrite, intake.Counts{Merge: 1, Error: 1}, "东大门"},
	} {
		b := s.preview(t, "c.csv", []byte(again), intake.Options{Subject: intake.Cameras, Rule: step.rule})
		if b.Counts != step.want {
			t.Fatalf("by %s: %+v", step.rule, b.Counts)
		}
		if step.want.Merge > 0 {
			if rows, err := s.Rows(ctx, b.ID, "merge", 0, 10); err != nil || rows[0].CameraBefore == nil || rows[0].CameraBefore.Name != "东门" {
				t.Errorf("what was before: %+v, %v", rows, err)
			}
		}
		s.apply(t, b)
		got, err := s.registry.Camera(ctx, c.ID)
		if err != nil || got.Name != step.name || len(s.cameras(t)) != 1 {
			t.Errorf("by %s it is %+v, %v", step.rule, got, err)
		}
		if step.rule == intake.Overwrite {
			if _, err = s.Undo(ctx, by, b.ID); err != nil || s.cameras(t)["东门"].LegalReviewNo != "法审1号" {
				t.Errorf("undone: %v, %+v", err, s.cameras(t))
			}
		}
	}
	if address, err := s.registry.CameraAddress(ctx, c.ID); err != nil || address != "rtsp://a:b@10.0.0.1/s1" {
		t.Errorf("the file changed the address to %q, %v", address, err)
	}
}

func TestACameraRegisteredMeanwhileIsAConflict(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.preview(t, "c.csv", []byte("name,url\n东门,rtsp://10.0.0.1/s1\n"), intake.Options{Subject: intake.Cameras})
	if _, err := s.registry.CreateCamera(t.Context(), by, registry.CameraDraft{CameraChange: registry.CameraChange{Name: "先到"}, URL: "rtsp://10.0.0.1/s1"}); err != nil {
		t.Fatal(err)
	}
	if b = s.apply(t, b); b.Counts.Conflict != 1 || len(s.cameras(t)) != 1 {
		t.Errorf("applied as %+v with %d cameras", b, len(s.cameras(t)))
	}
}

func TestCamerasFromASpreadsheet(t *testing.T) {
	t.Parallel()
	s := open(t)
	book := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "名称", "B1": "视频地址", "C1": "公示日期", "D1": "是否接入",
		"A2": "东门", "B2": "rtsp://10.0.0.1/s1", "C2": 46027, "D2": "未接入",
		"A3": "西门", "B3": "rtsp://10.0.0.2/s1", "C3": time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	s.apply(t, s.preview(t, "c.xlsx", data.Bytes(), intake.Options{Subject: intake.Cameras}))
	if c := s.cameras(t)["东门"]; c.PublishedOn == nil || *c.PublishedOn != "2026-01-05" || !c.Unwatched {
		t.Errorf("registered as %+v", c)
	}
	if c := s.cameras(t)["西门"]; c.PublishedOn == nil || *c.PublishedOn != "2026-01-06" {
		t.Errorf("a date that is one: %+v", c)
	}
	format, err := intake.FormatOf("c.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Preview(t.Context(), by, "c.csv", format, []byte("名称,类型\n店,商铺\n"), intake.Options{Subject: intake.Cameras}); !errors.Is(err, intake.ErrFile) || !strings.Contains(err.Error(), "url") {
		t.Errorf("a file without addresses: %v", err)
	}
}

// A camera's township decides who sees it: it comes with the file, and one that is
// registered is filled in, not overwritten.
func TestCamerasWithTheirTownship(t *testing.T) {
	t.Parallel()
	s := open(t)
	const list = "摄像机名称,RTSP地址,所属乡镇\n东门,rtsp://10.0.0.1/s1,城桥镇\n西门,rtsp://10.0.0.2/s1,\n"
	s.apply(t, s.preview(t, "c.csv", []byte(list), intake.Options{Subject: intake.Cameras}))
	again := strings.NewReplacer("城桥镇", "堡镇", "s1,\n", "s1,堡镇\n").Replace(list)
	b := s.preview(t, "c.csv", []byte(again), intake.Options{Subject: intake.Cameras})
	if b.Counts != (intake.Counts{Same: 1, Merge: 1}) {
		t.Fatalf("previewed as %+v", b.Counts)
	}
	s.apply(t, b)
	if c := s.cameras(t); c["东门"].Township != "城桥镇" || c["西门"].Township != "堡镇" {
		t.Errorf("registered in %q and %q", c["东门"].Township, c["西门"].Township)
	}
	long := "摄像机名称,RTSP地址,乡镇\n南门,rtsp://10.0.0.3/s1," + strings.Repeat("镇", 101) + "\n"
	if b := s.preview(t, "c.csv", []byte(long), intake.Options{Subject: intake.Cameras}); b.Counts.Error != 1 {
		t.Errorf("a name of 101 characters: %+v", b.Counts)
	}
}

// A column names substreams. They are shown without credentials, and one that is registered
// stays.
func TestCamerasWithSubstreams(t *testing.T) {
	t.Parallel()
	s := open(t, intake.WithAddressCheck(guarded))
	ctx := t.Context()
	const list = "摄像机名称,RTSP地址,用户名,密码,子码流地址\n东门,rtsp://10.0.0.1/s1,admin,hush,rtsp://10.0.0.1/s2\n西门,rtsp://10.0.0.2/s1,,,\n" +
		"南门,rtsp://10.0.0.3/s1,,,http://10.0.0.3/s2\n外网,rtsp://10.0.0.4/s1,,,rtsp://198.51.100.7/s2\n"
	b := s.preview(t, "c.csv", []byte(list), intake.Options{Subject: intake.Cameras})
	if b.Counts != (intake.Counts{Create: 2, Error: 2}) {
		t.Fatalf("previewed as %+v", b.Counts)
	}
	for action, column := range map[string]string{"create": "", "error": "子码流地址"} {
		rows, err := s.Rows(ctx, b.ID, action, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if strings.Contains(r.Camera.Substream, "hush") || column != "" && (len(r.Problems) != 1 || r.Problems[0].Column != column) {
				t.Errorf("row %d: %+v, %+v", r.N, r.Camera, r.Problems)
			}
		}
	}
	s.apply(t, b)
	if c := s.cameras(t)["东门"]; c.Substream != "rtsp://10.0.0.1/s2" {
		t.Errorf("registered as %+v", c)
	}
	again := strings.ReplaceAll(strings.Split(list, "南门")[0], "/s2", "/s3")
	again = strings.Replace(again, "/s1,,,", "/s1,,,rtsp://10.0.0.2/s2", 1)
	if b = s.preview(t, "c.csv", []byte(again), intake.Options{Subject: intake.Cameras, Rule: intake.Overwrite}); b.Counts != (intake.Counts{Same: 1, Merge: 1}) {
		t.Fatalf("previewed as %+v", b.Counts)
	}
	s.apply(t, b)
	if east, west := s.cameras(t)["东门"], s.cameras(t)["西门"]; east.Substream != "rtsp://10.0.0.1/s2" || west.Substream != "rtsp://10.0.0.2/s2" {
		t.Errorf("%q and %q", east.Substream, west.Substream)
	}
}
