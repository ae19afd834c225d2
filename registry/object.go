package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// Object is something that enforcement looks at (执法对象): a shop, a construction
// site or idle land.
type Object struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"` // "shop", "site", "land"
	Name      string    `json:"name"`
	Address   string    `json:"address"`
	Business  string    `json:"business"`
	LicenceNo string    `json:"licence_no,omitempty"`
	Township  string    `json:"township,omitempty"`
	PartyID   string    `json:"party_id"`
	Party     string    `json:"party"` // its name; not saved
	Grade     string    `json:"grade"` // risk: "red", "yellow", "green"
	Longitude *float64  `json:"longitude,omitempty"`
	Latitude  *float64  `json:"latitude,omitempty"`
	Version   int       `json:"version"`
	ChangedAt time.Time `json:"changed_at"`
}

// ObjectFilter chooses objects; its zero value chooses all.
type ObjectFilter struct {
	Query   string // part of name, address or licence number
	Kind    string
	Grade   string
	PartyID string
	After   string // id of the last object of the page before
	Limit   int    // 0: all
}

// Problems trims the fields and says what is wrong with them, nothing if all is well.
func (o *Object) Problems() []*Refused {
	var p problems
	for _, text := range []*string{&o.Name, &o.Address, &o.Business, &o.LicenceNo, &o.Township} {
		*text = strings.TrimSpace(*text)
	}
	if !slices.Contains([]string{"shop", "site", "land"}, o.Kind) {
		p.add(refuse("kind", "对象类型只能是 shop（商铺）、site（工地）或 land（空地）", `the kind is "shop", "site" or "land"`))
	}
	if o.Grade == "" {
		o.Grade = "green"
	}
	if !slices.Contains([]string{"red", "yellow", "green"}, o.Grade) {
		p.add(refuse("grade", "风险等级只能是 red（红）、yellow（黄）或 green（绿）", `the grade is "red", "yellow" or "green"`))
	}
	p.add(required("name", "名称", "the name", o.Name, 200))
	p.add(bounded("address", "地址", "the address", o.Address, 300))
	p.add(bounded("business", "业态", "the business", o.Business, 300))
	p.add(bounded("licence_no", "证照编号", "the licence number", o.LicenceNo, 100))
	p.add(bounded("township", "乡镇", "the township", o.Township, 100))
	p.add(checkPosition(o.Longitude, o.Latitude))
	return p
}

const objectQuery = `SELECT o.id::text, o.kind, o.name, o.address, o.business, o.licence_no, o.township,
	coalesce(o.party_id::text, ''), coalesce(p.name, ''), o.grade, o.longitude, o.latitude, o.version, o.changed_at
	FROM object o LEFT JOIN party p ON p.id = o.party_id `

func scanObject(row pgx.CollectableRow) (o Object, err error) {
	err = row.Scan(&o.ID, &o.Kind, &o.Name, &o.Address, &o.Business, &o.LicenceNo, &o.Township, &o.PartyID, &o.Party, &o.Grade,
		&o.Longitude, &o.Latitude, &o.Version, &o.ChangedAt)
	return o, err
}

// Objects lists the objects that a filter chooses, by name.
func (r *Registry) Objects(ctx context.Context, f ObjectFilter) ([]Object, error) {
	for _, id := range []string{f.PartyID, f.After} {
		if id != "" && !store.IsID(id) {
			return []Object{}, nil
		}
	}
	rows, err := r.db.Query(ctx, objectQuery+`WHERE o.removed_at IS NULL
		AND ($1 = '' OR strpos(o.name, $1) > 0 OR strpos(o.address, $1) > 0 OR strpos(o.licence_no, $1) > 0)
		AND ($2 = '' OR o.kind = $2) AND ($3 = '' OR o.grade = $3) AND ($4 = '' OR o.party_id = nullif($4, '')::uuid)
		AND ($5 = '' OR (o.name, o.id) > (SELECT a.name, a.id FROM object a WHERE a.id = nullif($5, '')::uuid))
		ORDER BY o.name, o.id LIMIT nullif($6, 0)`, f.Query, f.Kind, f.Grade, f.PartyID, f.After, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list the objects: %w", err)
	}
	objects, err := pgx.CollectRows(rows, scanObject)
	if err != nil {
		return nil, fmt.Errorf("list the objects: %w", err)
	}
	return objects, nil
}

// Object returns one object.
func (r *Registry) Object(ctx context.Context, id string) (Object, error) {
	o, err := r.object(ctx, r.db, id, "")
	if err != nil {
		return o, fmt.Errorf("read object %s: %w", id, err)
	}
	return o, nil
}

func (r *Registry) object(ctx context.Context, db database, id, lock string) (Object, error) {
	if err := known(id); err != nil {
		return Object{}, err
	}
	rows, err := db.Query(ctx, objectQuery+`WHERE o.id = $1 AND o.removed_at IS NULL `+lock, id)
	if err != nil {
		return Object{}, err
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanObject)
	return o, absent(err)
}

// SaveObject registers an object (no ID) or replaces it. A Version other than 0 is
// the one that was read; errors wrap ErrConflict where it is no longer the newest.
func (r *Registry) SaveObject(ctx context.Context, by string, o Object) (Object, error) {
	if wrong := o.Problems(); len(wrong) > 0 {
		return o, fmt.Errorf("save an object: %w", wrong[0])
	}
	err := r.change(ctx, "save an object", func(tx pgx.Tx) error {
		if o.Party = ""; o.PartyID != "" {
			p, err := r.party(ctx, tx, o.PartyID, "")
			if err != nil {
				return refuse("party_id", "所选当事人不存在", "there is no such party; choose one from the list")
			}
			o.Party = p.Name
		}
		change := Change{By: by, Kind: "object", Action: "create"}
		if o.ID == "" {
			o.Version = 0
		} else {
			before, err := r.object(ctx, tx, o.ID, "FOR UPDATE OF o")
			if err != nil {
				return err
			}
			if o.Version > 0 && o.Version != before.Version {
				return ErrConflict
			}
			o.Version = before.Version
			change.Action, change.Before = "change", before
		}
		if err := r.writeObject(ctx, tx, &o); err != nil {
			return err
		}
		change.Subject, change.After = o.ID, o
		return r.log(ctx, tx, change)
	})
	return o, err
}

const upsertObject = `INSERT INTO object (id, kind, name, address, business, licence_no, township, party_id, grade,
	longitude, latitude, version, created_at, changed_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid, $9, $10, $11, $12, $13, $13)
	ON CONFLICT (id) DO UPDATE SET kind = $2, name = $3, address = $4, business = $5, licence_no = $6, township = $7,
	party_id = nullif($8, '')::uuid, grade = $9, longitude = $10, latitude = $11, version = $12, changed_at = $13`

func (o *Object) values() []any {
	return []any{o.ID, o.Kind, o.Name, o.Address, o.Business, o.LicenceNo, o.Township, o.PartyID, o.Grade,
		o.Longitude, o.Latitude, o.Version, o.ChangedAt}
}

// numberObject gives an object its identity, if it has none, and its next version.
func (r *Registry) numberObject(o *Object) (err error) {
	if o.ID == "" {
		if o.ID, err = newID(); err != nil {
			return err
		}
	}
	o.Version++
	o.ChangedAt = r.moment()
	return nil
}

func (r *Registry) writeObject(ctx context.Context, tx pgx.Tx, o *Object) error {
	if err := r.numberObject(o); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, upsertObject, o.values()...)
	return err
}

// RemoveObject takes an object off the lists, as when a shop has closed.
func (r *Registry) RemoveObject(ctx context.Context, by, id string, version int) error {
	return r.change(ctx, "remove object "+id, func(tx pgx.Tx) error {
		before, err := r.object(ctx, tx, id, "FOR UPDATE OF o")
		if err != nil {
			return err
		}
		if version > 0 && version != before.Version {
			return ErrConflict
		}
		if _, err = tx.Exec(ctx, `UPDATE object SET removed_at = $2, version = version + 1 WHERE id = $1`, id, r.moment()); err != nil {
			return err
		}
		return r.log(ctx, tx, Change{By: by, Kind: "object", Subject: id, Action: "remove", Before: before})
	})
}
