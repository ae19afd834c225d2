package document

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"time"
)

// Sample is made-up data that fills a kind, for previews and tests. Nobody in it exists.
func Sample(kind Kind) Fields {
	day := func(d, hour, min int) time.Time { return time.Date(2026, 11, d, hour, min, 5, 0, legal()) }
	f := Fields{
		Bureau: Bureau{Name: "上海市崇明区城市管理行政执法局", Address: "上海市崇明区城桥镇示例路1号", Phone: "021-00000000", Contact: "示例联系人", Demo: true, Seal: true},
		Number: "沪崇城管" + kind.Mark() + "字〔2026〕第000123号",
		Date:   day(24, 10, 0),
		Code:   "K7M2QX4RT9WD",
		URL:    "https://offsite.example.cn/verify/K7M2QX4RT9WD",
		Party:  Party{Unit: true, Name: "上海崇明示例食品店", Identity: "91310230MA00000000", Legal: "张三", Address: "上海市崇明区城桥镇人民路108号", Phone: "138****0000"},
		Case: Case{Number: "沪崇城管立字〔2026〕第000123号", Matter: "超出门窗或者外墙经营", Place: "上海市崇明区城桥镇人民路108号门前", Object: "上海崇明示例食品店",
			Camera: "人民路108号固定点位，设备编号CM-0031", CameraNo: "沪崇城管法审〔2026〕12号、沪崇城管技审〔2026〕12号",
			From: day(2, 9, 12), To: day(2, 10, 3), FiledAt: day(4, 15, 30), Source: "电子技术监控设备发现"},
		Facts: "2026年11月2日9时12分至10时03分，当事人在人民路108号门前人行道上摆放货架两组、折叠桌一张，陈列并销售水果，超出门线约1.8米，占用人行道面积约6.4平方米。\n" +
			"本局于当日9时42分以短信劝阻并责令三十分钟内改正，期限届满后复查，上述物品仍未收回。",
		Evidence: []string{
			"电子技术监控设备记录的图像四幅、视频一段（证据包编号EV-20261102-000031，清单摘要以SHA-256和SM3固定，附RFC 3161时间戳）",
			"复查图像两幅（证据包编号EV-20261102-000032）",
			"短信送达记录一份", "询问笔录一份",
		},
		Stills:    []Still{{Caption: "行为发生前", At: day(2, 8, 55), Picture: samplePicture(false)}, {Caption: "违法行为", At: day(2, 9, 27), Picture: samplePicture(true)}},
		Forbids:   []Citation{{Law: "上海市市容环境卫生管理条例", Version: "2022年修订", Article: "第二十一条第二款", Text: "本市道路两侧和广场周围建（构）筑物内的经营者不得擅自超出门窗和外墙经营。"}},
		Basis:     []Citation{{Law: "上海市市容环境卫生管理条例", Version: "2022年修订", Article: "第二十一条第三款", Text: "违反第一款、第二款规定的，由城市管理综合执法部门责令改正，可以处一百元以上一千元以下罚款。"}},
		Reason:    "当事人系一年内再次违法，经劝阻未在期限内改正；案发后能够配合调查，未造成其他危害后果。",
		Order:     "立即停止超出门窗和外墙经营，将物品收回室内",
		CorrectBy: day(2, 10, 12), FineFen: 500_00, Band: "一年内再次违法，较重", PayTo: "上海市政府非税收入电子支付系统（代收银行：示例银行）",
		PayURL: "https://offsite.example.cn/p/EXAMPLE", PayBy: day(30, 23, 59),
		Statement: Statement{Until: day(12, 23, 59), Given: "货物系送货时临时卸放，请求从轻处理。", Answer: "图像显示物品持续陈列五十一分钟并有销售行为，临时卸货的理由不能成立，不予采纳；其配合调查的情节已予考虑。"},
		Hearing:   Hearing{Right: kind == AdvanceNotice, Until: day(12, 23, 59), At: day(26, 14, 0), Place: "本局一楼听证室", Host: "李四", Recorder: "王五"},
		Remedy:    Remedy{Reconsideration: "上海市崇明区人民政府", ReconsiderDays: 60, Court: "上海市崇明区人民法院", CourtMonths: 6},
		Officers:  []Officer{{"赵六", "09000001"}, {"钱七", "09000002"}},
		Decision:  DecisionRef{Number: "沪崇城管罚决字〔2026〕第000123号", Date: day(16, 10, 0), ServedAt: day(16, 11, 20), FineFen: 500_00},
	}
	sampleForms(&f, kind, day)
	return f
}

// sampleForms fills what only some kinds need.
func sampleForms(f *Fields, kind Kind, day func(d, hour, min int) time.Time) {
	switch kind {
	case Demand:
		f.SurchargeFen, f.DueFen = 500_00, 1000_00
	case PaymentTerms:
		f.Reason = "当事人提交了失业登记证明，确有经济困难。"
		for i := range 3 {
			f.Instalments = append(f.Instalments, Instalment{No: i + 1, Until: time.Date(2026, time.December, 31, 23, 59, 59, 0, legal()).AddDate(0, i, 0), FineFen: []int64{166_00, 166_00, 168_00}[i]})
		}
	case NoPenalty:
		f.Facts = "2026年11月2日9时12分至9时38分，当事人在人民路108号门前人行道上摆放货架两组，超出门线约1.8米。\n本局以短信劝阻并责令三十分钟内改正，当事人在期限内将物品收回，复查图像显示门前已无物品。"
		f.Forbids, f.Reason, f.Band = f.Forbids[:1], "当事人违法行为轻微，经劝阻及时改正，没有造成危害后果。", ""
		f.Basis = NoPenaltyBasis()
	case LegalReview:
		f.Case.Matter, f.FineFen = "施工场所裸露土地未覆盖", 60000_00
		f.Party.Name = "上海崇明示例工程队"
		f.Facts = "2026年11月2日9时12分至10时03分，当事人施工的人民路108号工地内约六百平方米土地裸露，未覆盖防尘网，也未采取其他防尘措施。\n本局于当日9时42分以短信劝阻并责令改正，期限届满后复查，土地仍然裸露。"
		f.Basis = []Citation{{Law: "中华人民共和国大气污染防治法", Version: "2018年修正", Article: "第一百一十五条第一款第（一）项", Text: "施工工地未设置硬质围挡，或者未采取覆盖、分段作业、择时施工、洒水抑尘、冲洗地面和车辆等有效防尘降尘措施的，处一万元以上十万元以下的罚款。"}}
		f.Review = Review{Major: "涉及重大公共利益；经过听证程序", Passed: true, Points: []ReviewPoint{
			{"主体和权限", "本局具有相应行政处罚权，执法人员两名，执法资格有效。"}, {"事实和证据", "事实清楚，证据确凿；证据已经两人先后审核。"},
			{"适用法律", "适用违法行为发生时的规定，引用条款准确。"}, {"程序", "已告知权利并组织听证，程序合法。"}, {"裁量", "在裁量基准的档次之内，理由充分。"}}}
	}
	f.Opinions = []Opinion{
		{"承办人意见", "经审核证据，当事人涉嫌违反上述规定，属本局管辖，未超过二年，建议立案调查。", "赵六、钱七", day(4, 14, 0)},
		{"负责人意见", "同意。", "孙八", day(4, 15, 30)}}
	switch kind {
	case Closure:
		f.Opinions = []Opinion{{"承办人意见", "处罚决定已履行完毕，建议结案。", "赵六、钱七", day(19, 10, 0)}, {"负责人意见", "同意结案。", "孙八", day(19, 15, 30)}}
	case LegalReview:
		f.Opinions = []Opinion{{"法制审核人员意见", "同意提请作出行政处罚决定。", "周九", day(14, 16, 0)}}
	}
	f.Inquiry = Inquiry{From: day(6, 14, 0), To: day(6, 14, 35), Place: "线上视频询问室", Method: "视频询问", Person: "张三", Relation: "法定代表人", Recorder: "钱七",
		Bundle: "019366a0-7c2e-7a41-9f63-2b1c0d4e5f60", Recording: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Exchanges: []Exchange{
			{"我们是上海市崇明区城市管理行政执法局的执法人员，这是我们的执法证件，你看清楚了吗？", "看清楚了。"},
			{"2026年11月2日上午，人行道上的货架和桌子是谁摆放的？", "是我店里摆的，当时在卸货，顺便卖了一些。"},
			{"你收到要求收回物品的短信了吗？", "收到了，当时店里人手不够，没有马上收回。"},
			{"你还有什么要补充的吗？", "以后会注意，希望从轻处理。"}}}
	f.Service = Service{Method: "电子送达（短信链接）", Papers: []string{"《行政处罚决定书》（沪崇城管罚决字〔2026〕第000123号）"}, Address: "138****0000", Recipient: "张三",
		SentAt: day(16, 11, 2), At: day(16, 11, 20), Proof: "当事人于2026年11月16日11时20分打开文书，来源地址203.0.113.24，文书SHA-256摘要5f4dcc3b…；已签订送达地址确认书。"}
	f.Consent = Consent{Electronic: true, Phone: "13800000000", Email: "shop@example.cn", Address: f.Party.Address, At: day(5, 9, 40), Signature: sampleSignature()}
	f.Ending = Ending{}
	if kind == Closure {
		f.Ending = Ending{How: "罚款已全部缴纳，处罚决定执行完毕，予以结案。", PaidFen: 500_00, PaidAt: day(18, 20, 15), Receipt: "沪财（2026）0000123456"}
	}
	if kind == Suggestion {
		f.Facts = "2026年8月至10月，本局在人民路沿线发现超出门窗和外墙经营、占道设摊十七起，集中在早市时段。\n经营者多反映货物装卸无处停放，附近没有便民疏导点。"
	}
	f.Suggestion = SuggestionTo{Recipient: "上海市崇明区绿化和市容管理局", ReplyBy: time.Date(2026, time.December, 31, 0, 0, 0, 0, legal()), Basis: "《上海市市容环境卫生管理条例》第四条第二款",
		Text: "一、在人民路沿线增设便民疏导点，明确经营时段和范围。\n二、会同城桥镇人民政府核查门前责任区协议的签订和履行情况。"}
	f.Annotation = AnnotationOf{Property: "沪（2020）崇字不动产权第000000号", Place: f.Party.Address, Owner: f.Party.Name, Ground: "行政处罚决定期满未履行", Basis: "（由本局配置的法律依据）",
		Reason: "当事人在催告的期限内仍未履行行政处罚决定。", Until: time.Date(2027, time.May, 31, 0, 0, 0, 0, legal())}
	if kind == Lifting {
		f.Annotation.Reason, f.Annotation.Entry = "当事人已缴清罚款和加处罚款，案件已结案。", "登注2026-000123"
	}
	f.Transfer = TransferTo{Authority: "上海市公安局崇明分局", Reason: "当事人的行为涉嫌犯罪，不属于本局管辖。", Materials: []string{"证据包EV-20261102-000031及其验证说明一份", "询问笔录一份", "现场图像四幅"}}
}

// samplePicture draws a street front: a door, a pavement, and goods on it or none.
func samplePicture(goods bool) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 640, 360))
	fill := func(x1, y1, x2, y2 int, c color.RGBA) {
		draw.Draw(img, image.Rect(x1, y1, x2, y2), image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, 640, 190, color.RGBA{196, 188, 176, 255})
	fill(0, 190, 640, 290, color.RGBA{168, 168, 166, 255})
	fill(0, 290, 640, 360, color.RGBA{96, 98, 102, 255})
	fill(60, 20, 580, 60, color.RGBA{150, 42, 40, 255})
	fill(90, 70, 300, 190, color.RGBA{70, 92, 108, 255})
	fill(340, 70, 440, 190, color.RGBA{84, 62, 44, 255})
	fill(470, 70, 560, 190, color.RGBA{70, 92, 108, 255})
	if goods {
		for i := range 4 {
			x := 110 + i*70
			fill(x, 180, x+58, 246, color.RGBA{130, 96, 60, 255})
			fill(x+4, 184, x+54, 206, color.RGBA{uint8(220 - i*30), uint8(110 + i*30), 40, 255})
		}
		fill(470, 196, 580, 204, color.RGBA{230, 228, 220, 255})
		fill(480, 204, 486, 256, color.RGBA{60, 60, 60, 255})
		fill(564, 204, 570, 256, color.RGBA{60, 60, 60, 255})
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}); err != nil {
		return nil // drawing into memory can't fail; an empty picture is refused by Render
	}
	return out.Bytes()
}

// sampleSignature is a scrawl.
func sampleSignature() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 300, 110))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for x := 20; x < 280; x++ {
		y := 55 + (x*7)%23 - (x*x/60)%31
		draw.Draw(img, image.Rect(x, y, x+3, y+4), image.NewUniform(color.RGBA{20, 30, 90, 255}), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}); err != nil {
		return nil
	}
	return out.Bytes()
}
