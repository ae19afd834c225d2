package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"offsite/demo"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/scenes"
)

// part is a demonstration account.
type part struct {
	key, name, role, licence string
	reach                    account.Reach
}

// scenesTownship is where the cameras of the scenes stand.
const scenesTownship = "城桥镇"

// parts are the people of the demonstration. None of them exists.
func parts() []part {
	one, two := account.Reach{Team: "演示一中队"}, account.Reach{Team: "演示二中队"}
	return []part{
		{"operator", "设备员甲", "operator", "", account.Reach{}}, {"collector", "采集员乙", "collector", "", account.Reach{}},
		{"reviewer", "审核员丙", "reviewer", "", one}, {"reviewer2", "审核员丁", "reviewer", "", two},
		{"officer", "执法员戊", "officer", "DEMO-0001", one}, {"officer2", "执法员己", "officer", "DEMO-0002", two},
		{"legal", "法制员庚", "legal", "", account.Reach{}}, {"head", "负责人辛", "head", "", account.Reach{}}, {"auditor", "审计员壬", "auditor", "", account.Reach{}},
		// The three levels of supervisors.
		{"supervisor", "督察员癸", "supervisor", "", account.Reach{Team: "区督察"}},
		{"brigade", "督察员子", "supervisor", "", account.Reach{Team: "演示大队督察", Level: account.Brigade, Townships: []string{scenesTownship, "港西镇", "建设镇", "庙镇"}}},
		{"township", "督察员丑", "supervisor", "", account.Reach{Team: "演示乡镇督察", Level: account.Township, Townships: []string{scenesTownship}}},
		{"administrator", "管理员寅", "admin", "", account.Reach{}},
	}
}

// seed fills a fresh folder with accounts, base data and cameras. What is there
// already stays as it is; addresses follow the ports of this run.
func (d *demonstration) seed(ctx context.Context, desk *desk) error {
	if err := d.people(ctx, desk); err != nil {
		return fmt.Errorf("make the demonstration's accounts: %w", err)
	}
	known, err := desk.registry.Cameras(ctx)
	if err != nil {
		return err
	}
	for i, s := range d.scenes {
		playing := &d.stage.Scenes[i]
		at := slices.IndexFunc(known, func(c registry.Camera) bool { return c.Name == s.Camera.NameZH })
		if at >= 0 {
			playing.CameraID = known[at].ID
			_, err = desk.registry.MoveCamera(ctx, "demonstration", known[at].ID, known[at].Version, playing.Address, "tcp")
		} else {
			playing.CameraID, err = d.register(ctx, desk.registry, s, playing.Address)
		}
		if err != nil {
			return fmt.Errorf("register scene %s: %w", s.Key, err)
		}
	}
	return nil
}

// people makes the accounts once, with random passwords that are kept beside them.
func (d *demonstration) people(ctx context.Context, desk *desk) error {
	file := desk.config.Path("demo", "accounts.json")
	text, err := os.ReadFile(file)
	if err == nil {
		return json.Unmarshal(text, &d.stage.Accounts)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, p := range parts() {
		draft := account.Draft{LicenceUntil: p.until(time.Now()), Username: p.key, Name: p.name, Roles: []string{p.role}, LicenceNo: p.licence, Reach: p.reach}
		made, once, err := desk.accounts.Create(ctx, "demonstration", draft)
		if err != nil {
			return err
		}
		if err := d.trained(ctx, desk, made, p); err != nil {
			return err
		}
		password := rand.Text()
		session, err := desk.accounts.SignIn(ctx, account.Credentials{Username: p.key, Password: once, Address: "127.0.0.1", Agent: "demonstration"})
		if err != nil {
			return err
		}
		if err := desk.accounts.ChangePassword(ctx, session.Token, once, password); err != nil {
			return err
		}
		if err := desk.accounts.SignOut(ctx, session.Token); err != nil {
			return err
		}
		d.stage.Accounts[p.key] = demo.Account{Username: p.key, Password: password}
	}
	return writeJSON(file, d.stage.Accounts)
}

// until is the last day of a part's certificate: one of the officers must soon renew it.
func (p part) until(now time.Time) string {
	switch p.key {
	case "officer":
		return now.AddDate(2, 0, 0).Format(time.DateOnly)
	case "officer2":
		return now.AddDate(0, 0, 45).Format(time.DateOnly)
	}
	return ""
}

// trained enters what those who hold a certificate were taught this year.
func (*demonstration) trained(ctx context.Context, desk *desk, a account.Account, p part) error {
	if p.licence == "" {
		return nil
	}
	_, err := desk.accounts.AddTraining(ctx, "demonstration", a.ID, account.Training{HeldOn: time.Now().AddDate(0, 0, -1).Format(time.DateOnly), Subject: "演示：非现场执法证据规范", Hours: 4})
	return err
}

// register enters a scene's party, object, camera and zones.
func (d *demonstration) register(ctx context.Context, r *registry.Registry, s scenes.Scene, address string) (cameraID string, err error) {
	const by = "demonstration"
	objects := map[string]string{}
	if s.Object != nil {
		o := registry.Object{Kind: s.Object.Kind, Name: s.Object.Name, Address: s.Object.Address, Business: s.Object.Business, Township: scenesTownship}
		if s.Party != nil {
			p, err := r.SaveParty(ctx, by, registry.Party{Kind: s.Party.Kind, Name: s.Party.Name, Identity: s.Party.Identity, Phone: s.Party.Phone, Address: s.Party.Address})
			if err != nil {
				return "", err
			}
			o.PartyID = p.ID
		}
		saved, err := r.SaveObject(ctx, by, o)
		if err != nil {
			return "", err
		}
		objects[s.Object.Key] = saved.ID
	}
	camera, err := r.CreateCamera(ctx, by, registry.CameraDraft{URL: address, Protocol: "tcp", CameraChange: registry.CameraChange{
		Name: s.Camera.NameZH, Place: s.Camera.Place, Township: scenesTownship, Longitude: &s.Camera.Longitude, Latitude: &s.Camera.Latitude,
		LegalReviewNo: s.Camera.LegalReviewNo, TechnicalReviewNo: s.Camera.TechnicalReviewNo, PublishedOn: &s.Camera.PublishedOn,
	}})
	if err != nil {
		return "", err
	}
	for _, z := range s.Zones {
		z.ID, z.Version, z.Camera, z.Object = "", 0, camera.ID, objects[z.Object]
		if _, err := r.SaveZone(ctx, by, z); err != nil {
			return "", err
		}
	}
	return camera.ID, nil
}
