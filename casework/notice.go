package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
)

// PortalNotice is what a party must be able to read whatever its browser can: what
// happened, until when it may act, where it can come.
type PortalNotice struct {
	Number, Matter, Basis, What string
	Place, Object, Party        string
	At                          string // 2006-01-02 15:04, in Shanghai
	OwedFen                     int64
	Deadlines                   []NoticeDeadline
	Bureau, Phone, Address      string
	MatterEN, WhatEN            string
}

// NoticeDeadline is the end of one of the party's periods.
type NoticeDeadline struct{ ZH, EN, Day string }

// PortalNotice reads the notice behind a link. It is no proof of service, since a
// message program that looks at links on its own fetches it too: no visit is
// recorded before the page itself asks for the case.
func (b *Book) PortalNotice(ctx context.Context, token string) (PortalNotice, error) {
	var id string
	err := b.o.Pool.QueryRow(ctx, openLink, digestOf(token), b.now().Add(-linkAfter)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return PortalNotice{}, ErrLink
	}
	if err != nil {
		return PortalNotice{}, fmt.Errorf("read the notice behind a portal link: %w", err)
	}
	var n PortalNotice
	err = b.view(ctx, id, func(_ pgx.Tx, c *casefile) error {
		d, o := &c.D, b.o.Bureau
		n = PortalNotice{Number: c.Number, Matter: d.Law.NameZH, MatterEN: d.Law.NameEN, Basis: d.Law.BasisZH, What: d.facts(), WhatEN: d.Summary.Why.EN,
			Place: d.Camera.Place, Object: d.Object.Name, Party: d.Party.Name, At: c.FirstAt.In(calendar.Shanghai()).Format("2006-01-02 15:04"),
			Bureau: o.Name, Phone: o.Phone, Address: o.Address}
		if c.payable() {
			_, n.OwedFen, _ = c.next(b.now())
		}
		f, err := b.facts(c, b.now())
		if err != nil {
			return err
		}
		due, err := flow.Deadlines(f, b.rules)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.ID, err)
		}
		for _, at := range due {
			if at.Party {
				n.Deadlines = append(n.Deadlines, NoticeDeadline{at.ZH, at.EN, at.At.In(calendar.Shanghai()).Format(time.DateOnly)})
			}
		}
		return nil
	})
	return n, err
}
