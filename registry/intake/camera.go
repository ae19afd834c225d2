package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"offsite/registry"
	"offsite/registry/place"
)

const (
	fieldURL             field = "url"
	fieldSubstream       field = "substream_url"
	fieldUser            field = "user"
	fieldPassword        field = "password"
	fieldProtocol        field = "protocol"
	fieldPlace           field = "place"
	fieldLegalReview     field = "legal_review_no"
	fieldTechnicalReview field = "technical_review_no"
	fieldPublished       field = "published_on"
	fieldCadence         field = "cadence"
	fieldWatched         field = "watched"
)

// cameraSheet is a file of cameras.
func cameraSheet() sheet {
	return sheet{
		titles: map[field][]string{
			fieldName:            {"摄像机名称", "名称", "设备名称", "点位名称", "name"},
			fieldPlace:           {"安装地点", "位置", "安装位置", "点位", "地址", "地点", "place"},
			fieldURL:             {"rtsp地址", "视频地址", "取流地址", "码流地址", "rtsp", "url"},
			fieldSubstream:       {"子码流地址", "子码流", "检测码流", "substream", "substream_url"},
			fieldTownship:        titles()[fieldTownship],
			fieldUser:            {"用户名", "用户", "账号", "user", "username"},
			fieldPassword:        {"密码", "口令", "password"},
			fieldProtocol:        {"传输方式", "传输协议", "protocol", "transport"},
			fieldLongitude:       titles()[fieldLongitude],
			fieldLatitude:        titles()[fieldLatitude],
			fieldLegalReview:     {"法制审核文号", "法制审核", "legal_review_no"},
			fieldTechnicalReview: {"技术审核文号", "技术审核", "technical_review_no"},
			fieldPublished:       {"公示日期", "设置地点公示日期", "published_on"},
			fieldCadence:         {"取样间隔", "检测间隔", "cadence"},
			fieldWatched:         {"是否接入", "接入", "watched"},
		},
		needs: []field{fieldName, fieldURL},
		lacks: unreadable("找不到表头：需要“摄像机名称”和“RTSP地址”两列，例如 摄像机名称、安装地点、RTSP地址、用户名、密码、经度、纬度、法制审核文号",
			"there is no heading: columns name and url are needed, as name, place, url, user, password, longitude, latitude, legal_review_no"),
	}
}

// camera understands a row as a camera.
func (r reader) camera(l line) reading {
	out := reading{n: l.n, problems: l.problems}
	cells := r.clean(l, &out)
	d := registry.CameraDraft{URL: withCredentials(cells[fieldURL], cells[fieldUser], cells[fieldPassword]), Protocol: protocolOf(cells[fieldProtocol])}
	if small := cells[fieldSubstream]; small != "" {
		d.Substream = withCredentials(small, cells[fieldUser], cells[fieldPassword])
	}
	d.Name, d.Place, d.Township = cells[fieldName], cells[fieldPlace], cells[fieldTownship]
	d.LegalReviewNo, d.TechnicalReviewNo = cells[fieldLegalReview], cells[fieldTechnicalReview]
	d.Cadence = cadenceOf(cells[fieldCadence])
	d.Unwatched = slices.Contains([]string{"否", "未接入", "不接入", "no", "false", "0"}, strings.ToLower(cells[fieldWatched]))
	if day := dayOf(cells[fieldPublished]); day != "" {
		d.PublishedOn = &day
	}
	d.Longitude, d.Latitude = r.place(cells, &out)
	out.draft.Camera = &d
	r.add(l, cells, &out, d.Problems(), nil)
	return out
}

// withCredentials puts name and password of their own columns into an address that has
// none.
func withCredentials(address, user, password string) string {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || user == "" {
		return address
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

func protocolOf(text string) string {
	switch text = strings.ToLower(text); text {
	case "自动", "auto":
		return ""
	}
	return text
}

// cadenceOf takes a bare number for seconds.
func cadenceOf(text string) string {
	text = strings.TrimSuffix(text, "秒")
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text + "s"
	}
	return text
}

// dayOf is a date as 2006-01-31 from what people and spreadsheets write; what is not
// understood is left to be refused.
func dayOf(text string) string {
	for _, layout := range []string{time.DateOnly, "2006/1/2", "2006.1.2", "2006年1月2日", "2006-1-2", "20060102"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	if serial, err := strconv.ParseFloat(text, 64); err == nil && serial > 20_000 && serial < 80_000 {
		if day, err := excelize.ExcelDateToTime(serial, false); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	return text
}

// knownCameras finds cameras by address and by name.
type knownCameras struct {
	cameras       []registry.Camera
	byURL, byName map[string]int
}

func newKnownCameras(cameras []registry.Camera) *knownCameras {
	k := &knownCameras{byURL: map[string]int{}, byName: map[string]int{}}
	for _, c := range cameras {
		k.add(c)
	}
	return k
}

func (k *knownCameras) add(c registry.Camera) {
	k.byURL[c.URL], k.byName[fold(c.Name)] = len(k.cameras), len(k.cameras)
	k.cameras = append(k.cameras, c)
}

// planCameras reads the rows of cameras and says what becomes of each. A camera is
// known by its address; what the file says of one that is registered never changes its
// address or password.
func (in *Intake) planCameras(ctx context.Context, p *plan, r reader, lines []line) error {
	cameras, err := in.registry.Cameras(ctx)
	if err != nil {
		return err
	}
	registered, before := newKnownCameras(cameras), newKnownCameras(nil)
	var numbers []int // row of each camera of before
	for _, l := range lines {
		row := planned{reading: r.camera(l)}
		d := row.draft.Camera
		wrong := func(f field, zh, en string) {
			row.problems = append(row.problems, Fault{Row: l.n, Column: r.heading.column(f), ZH: zh, EN: en})
		}
		shown := d.Shown()
		if !row.wrong() {
			if refused := in.address(ctx, d.URL); refused != nil {
				wrong(fieldURL, refused.ZH, refused.EN)
			}
		}
		if d.Substream != "" && !row.wrong() {
			if refused := in.address(ctx, d.Substream); refused != nil {
				wrong(fieldSubstream, refused.ZH, refused.EN)
			}
		}
		if i, ok := before.byURL[shown]; ok && !row.wrong() {
			wrong(fieldURL, fmt.Sprintf("地址与第%d行重复", numbers[i]), fmt.Sprintf("the address is that of row %d again", numbers[i]))
		} else if i, ok := before.byName[fold(d.Name)]; ok && !row.wrong() {
			wrong(fieldName, fmt.Sprintf("名称与第%d行重复", numbers[i]), fmt.Sprintf("the name is that of row %d again", numbers[i]))
		}
		i, ok := registered.byURL[shown]
		if _, named := registered.byName[fold(d.Name)]; named && !ok && !row.wrong() {
			wrong(fieldName, "同名摄像机已登记在另一地址：请改名，或在摄像机页面更换地址", "a camera of that name is registered at another address: rename it, or change the address on the camera's page")
		}
		switch {
		case row.wrong():
			row.action = "error"
		case !ok:
			row.action = "create"
		default:
			meetCamera(&row, registered.cameras[i], p)
		}
		if row.action != "error" {
			before.add(registry.Camera{CameraChange: d.CameraChange, URL: shown})
			numbers = append(numbers, l.n)
		}
		p.rows = append(p.rows, row)
	}
	return nil
}

// meetCamera plans a row whose camera is registered.
func meetCamera(r *planned, was registry.Camera, p *plan) {
	if r.given != nil && was.Longitude != nil {
		p.pairs = append(p.pairs, [2]place.Position{*r.given, {Longitude: *was.Longitude, Latitude: *was.Latitude}})
	}
	is := mergeCamera(was.CameraChange, r.draft.Camera.CameraChange, p.rule)
	r.objectID, r.version = was.ID, was.Version
	switch {
	case p.rule == Skip:
		r.action = "skip"
	case sameCamera(is, was.CameraChange):
		r.action = "same"
	default:
		r.action, r.draft.Camera.CameraChange = "merge", is
	}
}

// mergeCamera applies what a file says to what is registered, under a rule.
func mergeCamera(was, says registry.CameraChange, rule string) registry.CameraChange {
	is := was
	for _, f := range []struct {
		is   *string
		says string
	}{{&is.Name, says.Name}, {&is.Place, says.Place}, {&is.Township, says.Township}, {&is.LegalReviewNo, says.LegalReviewNo}, {&is.TechnicalReviewNo, says.TechnicalReviewNo}, {&is.Cadence, says.Cadence}} {
		if rule == Overwrite {
			*f.is = cmp.Or(f.says, *f.is)
		} else {
			*f.is = cmp.Or(*f.is, f.says)
		}
	}
	if says.Longitude != nil && (was.Longitude == nil || rule == Overwrite) {
		is.Longitude, is.Latitude = says.Longitude, says.Latitude
	}
	if is.Substream == "" { // an address that is registered stays
		is.Substream = says.Substream
	}
	if says.PublishedOn != nil && (was.PublishedOn == nil || rule == Overwrite) {
		is.PublishedOn = says.PublishedOn
	}
	return is
}

func sameCamera(a, b registry.CameraChange) bool {
	return a.Name == b.Name && a.Place == b.Place && a.Township == b.Township && a.LegalReviewNo == b.LegalReviewNo && a.TechnicalReviewNo == b.TechnicalReviewNo &&
		a.Cadence == b.Cadence && a.Substream == b.Substream && equal(a.Longitude, b.Longitude) && equal(a.Latitude, b.Latitude) && equal(a.PublishedOn, b.PublishedOn)
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// addCameras gives rows not yet applied what is registered now.
func (in *Intake) addCameras(ctx context.Context, rows []Row) error {
	now, err := camerasByID(ctx, in.registry)
	if err != nil {
		return err
	}
	for i := range rows {
		if is, ok := now[rows[i].ObjectID]; ok && rows[i].Action == "merge" && rows[i].CameraBefore == nil {
			rows[i].CameraBefore = &is.CameraChange
		}
	}
	return nil
}

func camerasByID(ctx context.Context, r *registry.Registry) (map[string]registry.Camera, error) {
	all, err := r.Cameras(ctx)
	if err != nil {
		return nil, err
	}
	m := make(map[string]registry.Camera, len(all))
	for _, c := range all {
		m[c.ID] = c
	}
	return m, nil
}

// applyCameras registers the cameras of the next rows, and changes those that are.
func (in *Intake) applyCameras(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	list, numbers, err := nextRows(ctx, tx, b)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	r := in.registry.In(tx)
	registered, err := camerasByID(ctx, r)
	if err != nil {
		return 0, err
	}
	taken := map[string]bool{}
	for _, c := range registered {
		taken[c.URL] = true
	}
	var made []registry.Camera
	var before []any
	var conflicts []int
	for i, w := range list {
		var d draft
		if err = in.unseal(b.ID, w.Sealed, &d); err != nil {
			return 0, err
		}
		var c registry.Camera
		var was any
		is, known := registered[w.ID]
		switch {
		case w.Version == 0 && !taken[d.Camera.Shown()]:
			if c, err = r.CreateCamera(ctx, by, *d.Camera); err == nil {
				_, err = tx.Exec(ctx, `UPDATE intake_row SET object_id = $3 WHERE batch_id = $1 AND n = $2`, b.ID, numbers[i], c.ID)
			}
		case w.Version > 0 && known && is.Version == w.Version:
			was = is
			c, err = r.ChangeCamera(ctx, by, w.ID, w.Version, d.Camera.CameraChange)
		default:
			conflicts = append(conflicts, numbers[i])
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("row %d: %w", numbers[i], err)
		}
		made, before = append(made, c), append(before, was)
	}
	if err = recordChanges(ctx, tx, b.ID, "camera", before, func(i int) (string, int) { return made[i].ID, made[i].Version }); err != nil {
		return 0, err
	}
	return len(list), past(ctx, tx, b, numbers, conflicts)
}

// undoCameras takes back what applying did to cameras that nobody changed since.
func (in *Intake) undoCameras(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	list, err := next(ctx, tx, b, "camera")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	r := in.registry.In(tx)
	now, err := camerasByID(ctx, r)
	if err != nil {
		return 0, err
	}
	var undone []string
	for _, m := range list {
		is, ok := now[m.Subject]
		switch {
		case !ok || is.Version != m.Version:
			continue
		case m.Before == nil:
			err = r.RemoveCamera(ctx, by, is.ID, is.Version)
		default:
			var was registry.Camera
			if err = json.Unmarshal(m.Before, &was); err == nil {
				_, err = r.ChangeCamera(ctx, by, is.ID, is.Version, was.CameraChange)
			}
		}
		if err != nil {
			return 0, fmt.Errorf("take camera %s back: %w", m.Subject, err)
		}
		undone = append(undone, m.Subject)
	}
	b.Done += len(list)
	return len(list), in.mark(ctx, tx, b, "camera", list, undone)
}
