package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"offsite/casework"
	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/registry"
	"offsite/registry/account"
)

// base gives casework the registry in casework's own words.
type base struct{ registry *registry.Registry }

// CameraFacts implements casework.Base.
func (b base) CameraFacts(ctx context.Context, id string) (casework.CameraFacts, error) {
	c, err := b.registry.Camera(ctx, id)
	if err != nil {
		return casework.CameraFacts{}, err
	}
	facts := casework.CameraFacts{ID: c.ID, Name: c.Name, Place: c.Place, LegalReviewNo: c.LegalReviewNo, TechnicalReviewNo: c.TechnicalReviewNo}
	if c.PublishedOn != nil {
		facts.PublishedOn = *c.PublishedOn
	}
	return facts, nil
}

// ZoneFacts implements casework.Base.
func (b base) ZoneFacts(ctx context.Context, id string, version int) (detectors.Zone, error) {
	return b.registry.Zone(ctx, id, version)
}

// ObjectFacts implements casework.Base.
func (b base) ObjectFacts(ctx context.Context, id string) (casework.ObjectFacts, error) {
	o, err := b.registry.Object(ctx, id)
	return casework.ObjectFacts{ID: o.ID, Kind: o.Kind, Name: o.Name, Address: o.Address, PartyID: o.PartyID}, err
}

// PartyFacts implements casework.Base.
func (b base) PartyFacts(ctx context.Context, id string) (casework.PartyFacts, error) {
	p, err := b.registry.Party(ctx, id)
	return casework.PartyFacts{ID: p.ID, Kind: p.Kind, Name: p.Name, Identity: p.Identity, Phone: p.Phone, Address: p.Address, ConsentAt: p.ConsentAt}, err
}

// RecordConsent implements casework.Base. The portal sends the signature as a
// data: address of a PNG.
func (b base) RecordConsent(ctx context.Context, partyID, phone, signature string, at time.Time) error {
	picture, ok := strings.CutPrefix(signature, "data:image/png;base64,")
	if !ok {
		return fmt.Errorf("record a consent: the signature is no PNG picture")
	}
	png, err := base64.StdEncoding.DecodeString(picture)
	if err != nil {
		return fmt.Errorf("record a consent: read the signature: %w", err)
	}
	_, err = b.registry.RecordConsent(ctx, "party", partyID, phone, png, at)
	return err
}

// staff gives casework the accounts in casework's own words.
type staff struct{ accounts *account.Accounts }

// Person implements casework.Staff.
func (s staff) Person(ctx context.Context, id string) (casework.Person, error) {
	a, err := s.accounts.Account(ctx, id)
	return casework.Person{ID: a.ID, Name: a.Name, LicenceNo: a.LicenceNo, Roles: a.Roles, Disabled: a.Disabled}, err
}

// checkZone refuses a zone that its detector's rule would refuse.
func checkZone(z detectors.Zone) error {
	d, ok := all.ByKey(z.Detector)
	if !ok {
		return fmt.Errorf("%w: there is no detector %q", detectors.ErrZone, z.Detector)
	}
	_, err := d.NewRule(z)
	return err
}
