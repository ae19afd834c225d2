package privacy

import "time"

// Rule is a line of the schedule.
type Rule struct {
	Key    string `json:"key"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Basis  string `json:"basis" doc:"Article of the law."`
	Days   int    `json:"days" doc:"After which the rows are deleted, from what the text says on."`
	Least  int    `json:"least" doc:"Fewest days that two people may order."`
	Most   int    `json:"most" doc:"Most days that two people may order."`
	delete string // deletes what is older than $1; gives the ids, as text
	args   []any  // of the statement, from $2 on
}

const (
	year  = 365
	basis = "个人信息保护法第十九条 · PIPL art. 19"
)

// Schedule is what is deleted, and when, as long as nothing else is ordered. Statements run
// one by one, in one transaction with what they report. No order may take away what a
// party can still sue about (six months, Administrative Litigation Law art. 46) or keep
// what nobody can need any more.
func Schedule() []Rule {
	line := func(key, zh, en string, days, least, most int, sql string) Rule {
		return Rule{Key: key, ZH: zh, EN: en, Basis: basis, Days: days, Least: least, Most: most, delete: sql}
	}
	return []Rule{
		line("lead_contact", "线索反映人姓名、电话：办结或移送之后", "Who told of a lead: after its end or transfer", 180, 180, 2*year,
			`UPDATE lead SET contact = NULL WHERE contact IS NOT NULL AND done_at < $1 RETURNING id::text`),
		line("message", "短信号码、电子邮件地址和内容：案件办结之后", "Numbers, addresses and texts of short messages and e-mails: after the case's end", 3*year, year, 5*year,
			`UPDATE message m SET phone = '', email = '', body = '' FROM casefile c WHERE c.id = m.case_id AND c.closed_at < $1 AND (m.phone <> '' OR m.email <> '') AND m.state <> 'waiting' RETURNING m.id::text`),
		line("portal_session", "当事人页面的会话（地址、浏览器）：失效之后", "Sessions of the party's portal, with address and browser: after they end", 30, 30, year,
			`DELETE FROM portal_session WHERE expires_at < $1 RETURNING encode(cookie_sha256, 'hex')`),
		line("staff_session", "工作人员的会话（地址、浏览器）：失效之后", "Sessions of staff, with address and browser: after they end", 30, 30, year,
			`DELETE FROM account_session WHERE expires_at < $1 RETURNING id::text`),
		line("camera_state", "检测进行到何处（含画面），供接管的节点续用：最后写入之后", "Where rules stand, with pictures, for a node that takes over: after it was last written", 1, 1, 7,
			`DELETE FROM camera_state WHERE saved_at < $1 RETURNING camera_id::text`),
		line("subject_try", "当事人页面中输错的证件号码次数（时间、地址）：发生之后", "Wrong identity numbers entered in the portal, with time and address: after they happened", 30, 30, year,
			`DELETE FROM subject_try WHERE at < $1 RETURNING id::text`),
		line("object_paper", "店铺、工地的告知承诺书和照片：对象注销或材料撤回之后", "Commitments and photographs of shops and sites: after the object is removed or the paper withdrawn", 3*year, 180, 5*year,
			`DELETE FROM object_paper p USING object o WHERE o.id = p.object_id AND (o.removed_at < $1 OR p.withdrawn_at < $1) RETURNING p.id::text`),
		line("import", "导入文件的草稿（加密）和改动前的内容，供撤销：最后一步之后", "Drafts of imported files, encrypted, and what was before, for undoing: after the last step", 90, 7, year,
			`DELETE FROM intake_batch WHERE changed_at < $1 AND state NOT IN ('applying', 'undoing') RETURNING id::text`),
		line("webhook", "已送达或放弃的 Webhook 事件：发生之后", "Webhook events that were delivered or given up: after they happened", 90, 30, year,
			`WITH old AS (SELECT e.id FROM webhook_event e WHERE e.at < $1 AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.event_id = e.id AND d.state = 'waiting')),
			a AS (DELETE FROM webhook_attempt USING old WHERE event_id = old.id), d AS (DELETE FROM webhook_delivery USING old WHERE event_id = old.id)
			DELETE FROM webhook_event e USING old WHERE e.id = old.id RETURNING e.id::text`),
	}
}

func (r Rule) before(now time.Time) time.Time { return now.AddDate(0, 0, -r.Days) }
