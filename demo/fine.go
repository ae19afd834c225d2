package demo

import (
	"context"
	"fmt"
	"time"
)

// recheckS is how long a re-check may take after the grace period, in seconds.
const recheckS = 10

// fined carries a finding to its end: the violation is still there at the
// re-check, two reviewers, two officers, the party's page on a phone, a decision
// under the law, and the fine paid to the treasury.
func (c *cast) fined(ctx context.Context, v verdict, out *steps) (caseFile, error) {
	id, err := c.reviewed(ctx, v, out)
	if err != nil {
		return caseFile{}, err
	}
	party, err := c.noticed(ctx, id, v, out)
	if err != nil {
		return caseFile{}, err
	}
	if err := c.decided(ctx, id, v, party, out); err != nil {
		return caseFile{}, err
	}
	if err := party.pay(ctx); err != nil {
		return caseFile{}, err
	}
	file, err := c.until(ctx, id, time.Minute, "closed")
	if err != nil {
		return file, err
	}
	if file.PaidFen != file.FineFen || file.ReceiptNo == "" {
		return file, fmt.Errorf("case %s is closed with %d of %d fen paid, receipt %q", file.Number, file.PaidFen, file.FineFen, file.ReceiptNo)
	}
	out.done("paid ¥%.2f to the treasury, receipt %s: case %s is closed", float64(file.PaidFen)/100, file.ReceiptNo, file.Number)
	if err := c.step(ctx, "head", id, "archived", nil); err != nil {
		return file, err
	}
	file, err = c.until(ctx, id, time.Minute, "archived")
	out.done("archived with %d documents", len(file.Documents))
	return file, err
}

// reviewed goes from the finding to the verified evidence.
func (c *cast) reviewed(ctx context.Context, v verdict, out *steps) (id string, err error) {
	p := c.stage.playing(v.scene.Key)
	const margin = 2
	if err := p.during(ctx, v.truth.FromS+margin, v.truth.ToS-c.stage.GraceS-recheckS-margin); err != nil {
		return "", err
	}
	if err := c.review(ctx, "reviewer", v.finding.ID, "confirm", map[string]string{"note": ""}); err != nil {
		return "", err
	}
	if id, err = c.caseOf(ctx, v.finding); err != nil {
		return "", err
	}
	out.done("%s: confirmed; the shop is reminded", v.scene.Key)
	if _, err := c.until(ctx, id, time.Minute, "reviewed"); err != nil {
		return "", err
	}
	out.done("%s: still there at the re-check, sealed as a second bundle", v.scene.Key)
	ticks := map[string]bool{"true": true, "clear": true, "complete": true, "accurate": true}
	if err := c.review(ctx, "reviewer", v.finding.ID, "verify", map[string]any{"ticks": ticks}); err == nil {
		return "", fmt.Errorf("the first reviewer could verify their own finding")
	}
	out.done("the first reviewer may not verify their own finding")
	if err := c.review(ctx, "reviewer2", v.finding.ID, "verify", map[string]any{"ticks": ticks}); err != nil {
		return "", err
	}
	out.done("a second reviewer has verified the evidence: true, clear, complete, accurate")
	return id, nil
}

// noticed files the case and tells the party of the facts.
func (c *cast) noticed(ctx context.Context, id string, v verdict, out *steps) (party, error) {
	officers, err := c.officers(ctx)
	if err != nil {
		return party{}, err
	}
	if err := c.step(ctx, "head", id, "file", map[string]any{"officers": officers}); err != nil {
		return party{}, err
	}
	if err := c.step(ctx, "officer", id, "notify", nil); err != nil {
		return party{}, err
	}
	out.done("filed by the head with two licensed officers; the party is notified of the facts")
	link, err := c.link(ctx, v)
	if err != nil {
		return party{}, err
	}
	p, err := openPortal(ctx, c.stage.URL, link)
	if err != nil {
		return p, err
	}
	page, err := p.look(ctx)
	if err != nil {
		return p, err
	}
	out.done("the party has opened the link of the text message: %d pictures, %d documents", len(page.Stills), len(page.Documents))
	return p, nil
}

// link waits for the text message with the party's address.
func (c *cast) link(ctx context.Context, v verdict) (string, error) {
	if v.scene.Party == nil {
		return "", fmt.Errorf("scene %s has no party", v.scene.Key)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	link := ""
	err := poll(ctx, 250*time.Millisecond, "the text message with the party's link", func() (bool, error) {
		messages, err := c.stage.inbox(ctx, v.scene.Party.Phone)
		if err != nil {
			return false, err
		}
		var found bool
		link, found = linkIn(messages, c.stage.URL)
		return found, nil
	})
	return link, err
}

// officers are the ids of the two licensed officers.
func (c *cast) officers(ctx context.Context) ([]string, error) {
	head, err := c.as("head")
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			ID        string `json:"id"`
			LicenceNo string `json:"licence_no"`
		} `json:"items"`
	}
	if err := head.call(ctx, "GET", "/api/v1/users", nil, &list); err != nil {
		return nil, err
	}
	var ids []string
	for _, u := range list.Items {
		if u.LicenceNo != "" {
			ids = append(ids, u.ID)
		}
	}
	return ids, nil
}

// onePixel is the party's signature, as the portal's drawing surface sends it.
const onePixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="

const fineFen = 20000 // within the band of a first violation that was not corrected

// decided goes from the investigation to the served decision.
func (c *cast) decided(ctx context.Context, id string, v verdict, p party, out *steps) error {
	if err := c.step(ctx, "officer", id, "investigated", map[string]any{
		"facts":      "经视频固定证据并两次复核，当事人超出门窗和外墙经营，经提醒后在限期内未改正。",
		"conclusion": "事实清楚，证据确凿，建议给予行政处罚。",
	}); err != nil {
		return err
	}
	if err := c.step(ctx, "officer", id, "propose", map[string]any{"fine_fen": fineFen, "reason": "初次违法，逾期未改正，按裁量基准一般档次。"}); err != nil {
		return err
	}
	out.done("investigated; a fine of ¥%.2f is proposed", float64(fineFen)/100)
	if err := c.step(ctx, "head", id, "decide", nil); err == nil {
		return fmt.Errorf("the head could decide while the party may still answer")
	}
	out.done("no decision while the party may still answer (art. 44)")
	if err := p.call(ctx, "POST", "/api/v1/portal/waive", map[string]any{}, nil); err == nil {
		return fmt.Errorf("whoever has the link could give up the party's rights")
	}
	if err := p.prove(ctx, c.stage, v.scene.Party.Phone); err != nil {
		return err
	}
	out.done("nobody binds the party by the link alone: it has shown its telephone by a code")
	if err := p.call(ctx, "POST", "/api/v1/portal/statement", map[string]string{"text": "当天货物刚到，来不及搬入，请从轻处理。"}, nil); err != nil {
		return err
	}
	if err := c.step(ctx, "officer", id, "answer", map[string]any{"text": "已复核：所述情况不影响事实认定，拟处罚款已属较低档次，不予调整。"}); err != nil {
		return err
	}
	if err := p.call(ctx, "POST", "/api/v1/portal/consent", map[string]string{"phone": v.scene.Party.Phone, "signature": onePixel}, nil); err != nil {
		return err
	}
	if err := p.call(ctx, "POST", "/api/v1/portal/waive", map[string]any{}, nil); err != nil {
		return err
	}
	out.done("the party has stated a defence, which was answered; consents to electronic service; waives the rest of the time")
	if err := c.step(ctx, "head", id, "decide", nil); err != nil {
		return err
	}
	if err := c.step(ctx, "officer", id, "serve", map[string]any{"method": "electronic"}); err != nil {
		return err
	}
	if _, err := p.look(ctx); err != nil {
		return err
	}
	if _, err := c.until(ctx, id, time.Minute, "served"); err != nil {
		return err
	}
	out.done("decided, and served by the party's opening of the decision")
	return nil
}
