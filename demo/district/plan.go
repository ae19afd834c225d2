package district

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"offsite/casework/calendar"
	"offsite/registry"
)

// How much is invented.
const (
	Shops   = 2100
	Sites   = 60
	Cameras = 40
	Cases   = 480
	OnSite  = 1500 // cases filed by patrols, of which the figures need the number alone
)

// mark says of everything that it is invented.
const mark = "（演示）"

// plan is a district before it is written.
type plan struct {
	seed    uint64
	random  *rand.Rand
	parties []registry.Party // of the shop or site with the same index
	objects []registry.Object
}

// newPlan invents shops, sites and who owns them.
func newPlan(seed uint64) *plan {
	p := &plan{seed: seed, random: rand.New(rand.NewPCG(seed, 1))} // #nosec G404 -- invented data, the same for the same seed
	for i := range Shops + Sites {
		p.add(i)
	}
	return p
}

// id is the identity of the nth thing of a kind: like every other a UUID of version
// 7, but the same on every machine.
func (p *plan) id(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "offsite demonstration %d %s %d", p.seed, kind, n))
	var id uuid.UUID
	copy(id[:], sum[:])
	binary.BigEndian.PutUint64(id[:8], uint64(epoch().UnixMilli())<<16|uint64(binary.BigEndian.Uint16(sum[:2])&0x0fff)|0x7000) // #nosec G115 -- after 1970
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// epoch is the time that the invented identities carry.
func epoch() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Shanghai()) }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (p *plan) add(i int) {
	in := pick(p.random, towns())
	spread := func() float64 { return (p.random.Float64() - 0.5) / 50 } // about a kilometre
	longitude, latitude := in.longitude+spread(), in.latitude+spread()
	o := registry.Object{ID: p.id("object", i), Township: in.name, PartyID: p.id("party", i), Grade: "green", Longitude: &longitude, Latitude: &latitude}
	party := registry.Party{ID: o.PartyID, Kind: "person"}
	if i < Shops {
		family, trade := pick(p.random, families()), pick(p.random, trades())
		o.Kind, o.Business = "shop", trade.business
		o.Name = fmt.Sprintf("%s记%s%04d号%s", family, trade.name, i+1, mark)
		o.LicenceNo = fmt.Sprintf("DEMO-%05d", i+1)
		party.Name = family + pick(p.random, given()) + mark
	} else {
		o.Kind, o.Business = "site", "房屋建筑施工"
		o.Name = fmt.Sprintf("%s%d号地块工地%s", in.name, i-Shops+1, mark)
		party.Kind, party.Name = "unit", fmt.Sprintf("崇明演示建设%02d公司%s", i-Shops+1, mark)
	}
	o.Address = fmt.Sprintf("崇明区%s%s%d号", in.name, pick(p.random, roads()), 1+p.random.IntN(900))
	party.Address = o.Address
	p.objects, p.parties = append(p.objects, o), append(p.parties, party)
}

// cameraDraft is the nth camera: one that nobody watches, at an address that belongs
// to no machine (RFC 5737).
func (p *plan) cameraDraft(n int, until time.Time) registry.CameraDraft {
	in := towns()[n%len(towns())]
	longitude, latitude := in.longitude, in.latitude
	published := until.AddDate(-1, -2, 0).Format(time.DateOnly)
	return registry.CameraDraft{URL: fmt.Sprintf("rtsp://192.0.2.%d/stream", n+1), Protocol: "tcp", CameraChange: registry.CameraChange{
		Name: fmt.Sprintf("%s%02d号%s", in.name, n+1, mark), Place: "崇明区" + in.name + roads()[n%len(roads())], Township: in.name, Longitude: &longitude, Latitude: &latitude,
		LegalReviewNo: fmt.Sprintf("演示法审-%02d", n+1), TechnicalReviewNo: fmt.Sprintf("演示技审-%02d", n+1), PublishedOn: &published, Unwatched: true,
	}}
}

type town struct {
	name                string
	longitude, latitude float64
}

func towns() []town {
	return []town{{"城桥镇", 121.397, 31.626}, {"堡镇", 121.613, 31.537}, {"新河镇", 121.530, 31.586}, {"陈家镇", 121.818, 31.512}, {"庙镇", 121.330, 31.700},
		{"三星镇", 121.236, 31.744}, {"向化镇", 121.733, 31.533}, {"中兴镇", 121.770, 31.527}, {"港西镇", 121.392, 31.690}, {"竖新镇", 121.570, 31.588},
		{"建设镇", 121.458, 31.660}, {"港沿镇", 121.672, 31.574}, {"新海镇", 121.304, 31.805}, {"东平镇", 121.480, 31.690}, {"长兴镇", 121.680, 31.390},
		{"横沙乡", 121.846, 31.342}, {"绿华镇", 121.203, 31.771}, {"新村乡", 121.279, 31.833}}
}

// brigades cover the towns from west to east; the first is that of the demonstration's
// brigade supervisor.
func brigades() []registry.Brigade {
	return []registry.Brigade{
		{Name: "一大队" + mark, Townships: []string{"城桥镇", "港西镇", "建设镇", "庙镇"}},
		{Name: "二大队" + mark, Townships: []string{"三星镇", "绿华镇", "新村乡", "新海镇", "东平镇", "新河镇", "竖新镇"}},
		{Name: "三大队" + mark, Townships: []string{"堡镇", "港沿镇", "向化镇", "中兴镇", "陈家镇", "长兴镇", "横沙乡"}},
	}
}

type trade struct{ name, business string }

func trades() []trade {
	return []trade{{"水果店", "水果零售"}, {"面馆", "餐饮"}, {"烧烤店", "餐饮、烧烤"}, {"五金店", "五金建材"}, {"洗车行", "洗车"}, {"便利店", "日用百货"},
		{"服装店", "服装零售"}, {"蔬菜店", "蔬菜零售"}, {"早点铺", "小吃"}, {"药房", "药品零售"}, {"理发店", "美容美发"}, {"修理铺", "汽修"}}
}

func families() []string {
	return []string{"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨"}
}

func given() []string {
	return []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "甲", "乙", "丙", "丁", "戊", "己"}
}

func roads() []string {
	return []string{"演示东路", "演示西路", "演示南路", "演示北路", "演示一街", "演示二街", "演示三街"}
}
