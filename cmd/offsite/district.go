package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"offsite/casework"
	"offsite/demo/district"
)

// districtSeed makes the district of `offsite up --demo` the same on every machine.
const districtSeed = 2024

// district loads the invented district beside everything else, so that neither the
// start nor the first finding waits for it. stop breaks it off; the next start goes on.
func (d *demonstration) district(ctx context.Context, desk *desk) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		log, began := desk.log.With("part", "district"), time.Now()
		staff, err := d.staff(ctx, desk)
		if err == nil {
			err = district.Loader{Pool: desk.pool, Registry: desk.registry, Grades: desk.grades, Book: desk.book,
				Credit: desk.credit, Draws: desk.office, Secrets: desk.secrets, Bureau: desk.config.Bureau.NameZH, Staff: staff, Seed: districtSeed, Now: began}.Load(ctx)
		}
		if err == nil {
			err = desk.book.SealQuotas(ctx) // the month before has ended with these cases
		}
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			log.Error("the demonstration's district is not complete; the rest works without it, and the next start tries again", "error", err)
		default:
			log.Info("the demonstration's district is loaded", "took", time.Since(began).Round(time.Millisecond))
		}
	})
	return func() { cancel(); work.Wait() }
}

// staff are the demonstration's people as actors.
func (d *demonstration) staff(ctx context.Context, desk *desk) (district.Staff, error) {
	var s district.Staff
	all, err := desk.accounts.Accounts(ctx)
	if err != nil {
		return s, err
	}
	parts := map[string]*casework.Actor{"reviewer": &s.Reviewer, "reviewer2": &s.Reviewer2, "officer": &s.Officer, "officer2": &s.Officer2, "legal": &s.Legal, "head": &s.Head, "supervisor": &s.Supervisor}
	for _, a := range all {
		if actor, ok := parts[a.Username]; ok {
			*actor = casework.Actor{ID: a.ID, Name: a.Name, Roles: a.Roles, LicenceNo: a.LicenceNo, LicenceUntil: a.LicenceUntil}
			delete(parts, a.Username)
		}
	}
	for part := range parts {
		return s, fmt.Errorf("the demonstration's account %s is missing", part)
	}
	return s, nil
}
