package privacy

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/document"
)

// Live is what the configuration says of who else processes personal data: hosts, ""
// where the program does it itself.
type Live struct {
	Store          string // of evidence
	Messages       string // gateway of short messages
	Mail           string // server that takes e-mails to parties
	Payment        string // provider
	SignIn         string // identity provider of staff
	Timestamps     []string
	FactorDemanded bool // nobody works without a second factor
}

// DataActivity is a line of the processing record (PIPL art. 54–56): which data of whom, why,
// on which basis, for how long, and who receives them.
type DataActivity struct {
	Key        string          `json:"key"`
	DataZH     string          `json:"data_zh"`
	DataEN     string          `json:"data_en"`
	WhyZH      string          `json:"why_zh"`
	WhyEN      string          `json:"why_en"`
	Basis      string          `json:"basis" doc:"Articles, in Chinese and after \" · \" in English."`
	Sensitive  bool            `json:"sensitive" doc:"Sensitive personal information (PIPL art. 28)."`
	Count      int64           `json:"count" doc:"Records held now."`
	KeptZH     string          `json:"kept_zh"`
	KeptEN     string          `json:"kept_en"`
	Recipients []DataRecipient `json:"recipients"`
}

// DataRecipient is who receives data, or processes them for the bureau.
type DataRecipient struct {
	Name string `json:"name"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// PrivacyMeasures are what stands for the protection of the data now.
type PrivacyMeasures struct {
	Cameras        int64  `json:"cameras"`
	Unlawful       int64  `json:"unlawful_cameras" doc:"Without legal review, technical review or publication (Penalty Law art. 41)."`
	Accounts       int64  `json:"accounts" doc:"In service."`
	WithFactor     int64  `json:"accounts_with_factor"`
	FactorDemanded bool   `json:"factor_demanded"`
	Narrowed       int64  `json:"accounts_of_townships" doc:"That see their townships alone."`
	Views          int64  `json:"views" doc:"Looks at evidence or identity numbers in the last 30 days, each recorded with its reason."`
	LastRun        string `json:"last_run" doc:"Day of the newest run of the retention schedule; empty: none."`
	Transfers      int64  `json:"transfers" doc:"Cases and leads handed to other authorities."`
	Requests       int64  `json:"requests_open" doc:"Of parties for their data, not answered yet."`
	Late           int64  `json:"requests_late"`
}

// Record is the processing record as of now.
type Record struct {
	Bureau     string          `json:"bureau"`
	At         time.Time       `json:"at"`
	Activities []DataActivity  `json:"activities"`
	Measures   PrivacyMeasures `json:"measures"`
}

// activities are those of the program; each counts its own records.
func activities() []struct {
	DataActivity
	count string // statement
	rules []string
} {
	type line = struct {
		DataActivity
		count string
		rules []string
	}
	const duty = "个人信息保护法第十三条第一款第三项、第三十四条 · PIPL art. 13(1)(3), 34"
	a := func(key, dataZH, dataEN, whyZH, whyEN, basis string, sensitive bool) DataActivity {
		return DataActivity{Key: key, DataZH: dataZH, DataEN: dataEN, WhyZH: whyZH, WhyEN: whyEN, Basis: basis, Sensitive: sensitive}
	}
	const kept, keptEN = "随案卷保存，期限依档案规定", "With the case's file, as the rules of archives say"
	with := func(x DataActivity, zh, en string) DataActivity { x.KeptZH, x.KeptEN = zh, en; return x }
	return []line{
		{with(a("evidence", "公共场所影像：照片、短视频中的人、车", "Pictures and clips of public places, with people and vehicles", "固定违法事实", "Fixing the facts of violations",
			and(duty, "第二十六条；行政处罚法第四十一条；公共安全视频图像信息系统管理条例第十六条", "26; APL art. 41; Regulations on Public Security Video Systems art. 16"), false), "未予确认的，三十日对象锁届满后删除；其他随案卷保存，期限依档案规定", "What nobody confirmed is deleted after the thirty days of its object lock; else with the case's file, as the rules of archives say"), `SELECT count(*) FROM evidence`, nil},
		{with(a("party", "当事人姓名、证件号码（加密）、电话、电子邮箱、地址", "Parties: name, identity number (encrypted), telephone, e-mail, address", "认定当事人、送达", "Knowing the party, serving documents", and(duty, "第二十八条", "28"), true), kept, keptEN), `SELECT count(*) FROM party WHERE removed_at IS NULL`, []string{"import"}},
		{a("object_paper", "告知承诺书（签署人、签名）、店铺和工地的照片", "Signed commitments (signer, signature), photographs of shops and sites", "前期采集的基础数据，事先告知当事人", "Base data collected beforehand, telling parties in advance", duty, false), `SELECT count(*) FROM object_paper`, []string{"object_paper"}},
		{with(a("case", "案件、文书、当事人提交的材料、过程记录", "Cases, documents, papers that parties sent, process records", "作出并执行处罚决定，全过程记录", "Deciding and carrying out penalties, with a record of the whole process", and(duty, "行政处罚法第四十七条", "APL art. 47"), true), kept, keptEN), `SELECT count(*) FROM casefile WHERE party_id IS NOT NULL`, nil},
		{a("message", "短信、语音电话号码、电子邮件地址与内容", "Numbers, addresses and texts of short messages, calls and e-mails", "提醒、告知", "Reminders and notices", duty, false), `SELECT count(*) FROM message WHERE phone <> '' OR email <> ''`, []string{"message"}},
		{with(a("payment", "缴款记录", "Payments", "收缴罚款", "Collecting fines", and(duty, "行政处罚法第六十七条", "APL art. 67"), false), kept, keptEN), `SELECT count(*) FROM payment_notice`, nil},
		{with(a("portal", "当事人页面的访问（地址、浏览器），送达的证明", "Visits of the party's portal (address, browser), proof of service", "证明送达", "Proof of service", duty, false), "访问记录随案卷；会话见期限表", "Visits with the case's file; sessions by the schedule"), `SELECT count(*) FROM portal_visit`, []string{"portal_session", "subject_try"}},
		{a("lead", "线索反映人姓名、电话（加密）", "Who told of a lead: name, telephone (encrypted)", "核查、回复线索", "Following up leads", duty, false), `SELECT count(*) FROM lead WHERE contact IS NOT NULL`, []string{"lead_contact"}},
		{with(a("credit", "信用记录与修复申请", "Credit records and applications for repair", "信用监管、修复", "Credit supervision and repair", duty, false), "按信用规则的期限结束；修复后停止告知", "Ends by the rules of credit; not told any more after repair"), `SELECT count(*) FROM credit_record`, nil},
		{with(a("publication", "公示的处罚决定（已隐去个人信息）", "Published decisions, personal data masked", "执法公示", "Publication of decisions", and(duty, "行政处罚法第四十八条", "APL art. 48"), false), "被变更、撤销或确认违法、无效的，三日内撤回", "Withdrawn within three days where the decision falls"), `SELECT count(*) FROM casefile WHERE published_at IS NOT NULL`, nil},
		{a("staff", "工作人员账号、登录与查阅记录", "Accounts of staff, their sign-ins and views", "权限管理、查阅留痕", "Rights, and a record of who looked", and(duty, "第五十一条", "51"), false), `SELECT count(*) FROM account`, []string{"staff_session"}},
		{with(a("push", "工作人员接收通知的设备：推送地址（加密）、名称", "Devices on which staff is told: push address (encrypted), name", "提醒有事项待办，推送不含个人信息", "Telling that something waits; a notice holds no personal data", duty, false), "本人移除、在该设备上退出登录或推送服务失效为止", "Until its owner removes it or signs out on it, or the push service gives it up"), `SELECT count(*) FROM push_device`, nil},
		{a("webhook", "对外推送的事件（不含姓名、证件号码）", "Events told to other systems, without names or identity numbers", "一网统管等系统对接", "Integration with other systems of the authority", duty, false), `SELECT count(*) FROM webhook_event`, []string{"webhook"}},
	}
}

// and adds articles to a basis, in both languages.
func and(basis, zh, en string) string {
	baseZH, baseEN, _ := strings.Cut(basis, " · ")
	return baseZH + "；" + zh + " · " + baseEN + "; " + en
}

// Record draws the processing record up, from the configuration and the tables.
func (o *Office) Record(ctx context.Context) (Record, error) {
	r := Record{Bureau: o.o.Bureau, At: o.now()}
	recipients, err := o.recipients(ctx)
	if err != nil {
		return r, fmt.Errorf("draw up the processing record: %w", err)
	}
	schedule, err := o.Schedule(ctx)
	if err != nil {
		return r, err
	}
	for _, line := range activities() {
		one := line.DataActivity
		if err := o.o.Pool.QueryRow(ctx, line.count).Scan(&one.Count); err != nil {
			return r, fmt.Errorf("count %s for the processing record: %w", one.Key, err)
		}
		for _, rule := range schedule {
			for _, key := range line.rules {
				if rule.Key == key {
					one.KeptZH = strings.TrimPrefix(one.KeptZH+"；"+fmt.Sprintf("%s%d天删除", rule.ZH, rule.Days), "；")
					one.KeptEN = strings.TrimPrefix(one.KeptEN+"; "+fmt.Sprintf("%s, kept %d days, then deleted", rule.EN, rule.Days), "; ")
				}
			}
		}
		if one.KeptZH == "" {
			one.KeptZH, one.KeptEN = "账号存续期间；登录与查阅记录不删改", "While the account is; sign-ins and views are never changed"
		}
		one.Recipients = append([]DataRecipient{}, recipients[one.Key]...)
		r.Activities = append(r.Activities, one)
	}
	r.Measures.FactorDemanded = o.o.Live.FactorDemanded
	m := &r.Measures
	err = o.o.Pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM camera WHERE removed_at IS NULL),
		(SELECT count(*) FROM camera WHERE removed_at IS NULL AND NOT unwatched AND (legal_review_no = '' OR technical_review_no = '' OR published_on IS NULL OR published_on > ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date)),
		(SELECT count(*) FROM account WHERE NOT disabled),
		(SELECT count(*) FROM account a WHERE NOT disabled AND (EXISTS (SELECT FROM account_totp t WHERE t.account_id = a.id) OR EXISTS (SELECT FROM account_passkey k WHERE k.account_id = a.id))),
		(SELECT count(*) FROM account WHERE NOT disabled AND cardinality(townships) > 0),
		(SELECT count(*) FROM access_record WHERE at > $1::timestamptz - interval '30 days'),
		coalesce((SELECT to_char(max(day), 'YYYY-MM-DD') FROM retention_run), ''),
		(SELECT count(*) FROM transfer),
		(SELECT count(*) FROM subject_request WHERE state IN ('asked', 'reviewed')), (SELECT count(*) FROM subject_request WHERE state IN ('asked', 'reviewed') AND decide_by < $1)`, o.now()).
		Scan(&m.Cameras, &m.Unlawful, &m.Accounts, &m.WithFactor, &m.Narrowed, &m.Views, &m.LastRun, &m.Transfers, &m.Requests, &m.Late)
	if err != nil {
		return r, fmt.Errorf("draw up the processing record: %w", err)
	}
	return r, nil
}

// recipients are those of each activity.
func (o *Office) recipients(ctx context.Context) (map[string][]DataRecipient, error) {
	all := map[string][]DataRecipient{}
	add := func(key, name, zh, en string) {
		if name != "" {
			all[key] = append(all[key], DataRecipient{name, zh, en})
		}
	}
	live := o.o.Live
	add("evidence", live.Store, "受托存储证据包", "stores the bundles for the bureau")
	for _, t := range live.Timestamps {
		add("evidence", t, "时间戳机构，只收到摘要", "timestamp authority, receives digests alone")
	}
	add("message", live.Messages, "受托发送短信、拨打语音电话", "sends short messages and makes calls for the bureau")
	add("message", live.Mail, "受托发送电子邮件", "sends e-mails for the bureau")
	add("payment", live.Payment, "国库收款", "collects for the treasury")
	add("staff", live.SignIn, "统一身份认证", "signs staff in")
	for _, one := range []struct{ key, zh, en, sql string }{
		{"case", "案件、线索移送（行政处罚法第二十二条、第二十七条）", "cases and leads transferred (APL art. 22, 27)", `SELECT DISTINCT a.name FROM transfer t JOIN authority a ON a.id = t.authority_id ORDER BY 1`},
		{"push", "转送加密的通知", "passes encrypted notices on", `SELECT DISTINCT service FROM push_device ORDER BY 1`},
		{"webhook", "接收事件", "receives events", `SELECT name FROM webhook_endpoint ORDER BY 1`},
		{"webhook", "接口密钥", "API key", `SELECT name FROM api_key WHERE revoked_at IS NULL AND expires_at > now() ORDER BY 1`},
	} {
		rows, err := o.o.Pool.Query(ctx, one.sql)
		if err != nil {
			return nil, err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			add(one.key, name, one.zh, one.en)
		}
	}
	return all, nil
}

const blank = "（由评估人填写）"

// Assessment is the template of a personal information protection impact assessment
// (PIPL art. 55, 56), filled with what the record says. What people must judge is left
// to them.
func (r Record) Assessment(bureau document.Bureau) document.Sheet {
	s := document.Sheet{Bureau: bureau, Title: "个人信息保护影响评估报告（模板）", Date: r.At}
	intro := document.Part{Heading: "一、评估依据与范围", Rows: [][2]string{
		{"依据", "《个人信息保护法》第五十五条（敏感个人信息、委托处理、对外提供等应当事前评估）、第五十六条"},
		{"处理者", r.Bureau}, {"数据取自", r.At.In(calendar.Shanghai()).Format("2006-01-02 15:04") + " 的系统配置与登记"},
	}}
	s.Parts = append(s.Parts, intro)
	for i, a := range r.Activities {
		var to []string
		for _, one := range a.Recipients {
			to = append(to, one.Name+"（"+one.ZH+"）")
		}
		sensitive := "否"
		if a.Sensitive {
			sensitive = "是（第二十八条）"
		}
		heading := ""
		if i == 0 {
			heading = "二、处理目的、处理方式是否合法、正当、必要（第五十六条第一项）"
		}
		s.Parts = append(s.Parts, document.Part{Heading: heading, Rows: [][2]string{
			{"信息", a.DataZH}, {"现有条数", strconv.FormatInt(a.Count, 10)}, {"目的", a.WhyZH}, {"依据", a.Basis}, {"敏感信息", sensitive}, {"保存期限", a.KeptZH},
			{"接收方、受托方", orNone(strings.Join(to, "、"))}, {"必要性意见", blank},
		}})
	}
	m := r.Measures
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	s.Parts = append(s.Parts,
		document.Part{Heading: "三、对个人权益的影响及安全风险（第五十六条第二项）", Rows: [][2]string{
			{"摄像机", n(m.Cameras) + " 台，其中未经法制审核、技术审核或未公示即接入的 " + n(m.Unlawful) + " 台（行政处罚法第四十一条：不得作为证据）"},
			{"对外移送", n(m.Transfers) + " 件"},
			{"未答复的查阅、复制申请", n(m.Requests) + " 件，其中超期 " + n(m.Late) + " 件（第四十五条）"},
			{"未启用第二因素的账号", n(m.Accounts-m.WithFactor) + " / " + n(m.Accounts)},
			{"影响与风险意见", blank},
		}},
		document.Part{Heading: "四、保护措施是否合法、有效并与风险程度相适应（第五十六条第三项）", Rows: [][2]string{
			{"加密", "证件号码、反映人联系方式、摄像机凭据加密保存，证件号码一律隐去部分数字显示"},
			{"第二因素", map[bool]string{true: "全员强制", false: "可选；审批和放行类操作须近期验证"}[m.FactorDemanded]},
			{"按乡镇限定的账号", n(m.Narrowed) + " / " + n(m.Accounts)},
			{"查阅留痕", "近30天 " + n(m.Views) + " 次，逐次记录人员与事由，记录不可改、不可删"},
			{"期限表执行", orNone(m.LastRun)},
			{"对外影像", "当事人页面只提供遮挡他人与车辆的副本"},
			{"措施意见", blank},
		}},
		document.Part{Heading: "五、结论", Rows: [][2]string{{"结论", blank}, {"评估人", blank}, {"评估日期", blank}, {"负责人", blank}},
			Notes: []string{"评估报告和处理情况记录至少保存三年（第五十六条第二款）。"}},
	)
	return s
}

func orNone(text string) string {
	if text == "" {
		return "无"
	}
	return text
}
