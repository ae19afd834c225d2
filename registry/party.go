package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"offsite/registry/identity"
	"offsite/store"
)

// Party is a person or unit that a case may be about (当事人). Identity is masked
// when read; when saved, a masked or empty one leaves what is kept.
type Party struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"` // "person", "unit"
	Name      string     `json:"name"`
	Identity  string     `json:"identity"` // citizen ID or unified social credit code
	Phone     string     `json:"phone"`
	Address   string     `json:"address"`
	Email     string     `json:"email,omitempty"`
	ConsentAt *time.Time `json:"consent_at,omitempty"` // to electronic service, standing; not saved
	Version   int        `json:"version"`
	ChangedAt time.Time  `json:"changed_at"`
}

const (
	partyColumns = `p.id::text, p.kind, p.name, p.identity_shown, p.phone, p.address, p.email,
		(SELECT max(c.at) FROM consent c WHERE c.party_id = p.id AND c.withdrawn_at IS NULL), p.version, p.changed_at`
	partyQuery = `SELECT ` + partyColumns + ` FROM party p `
)

// fields are where the columns of a party go.
func (p *Party) fields() []any {
	return []any{&p.ID, &p.Kind, &p.Name, &p.Identity, &p.Phone, &p.Address, &p.Email, &p.ConsentAt, &p.Version, &p.ChangedAt}
}

func scanParty(row pgx.CollectableRow) (p Party, err error) {
	err = row.Scan(p.fields()...)
	return p, err
}

// PartyFilter chooses parties; its zero value chooses all.
type PartyFilter struct {
	Query string // part of name or telephone number, or a whole identity number
	Kind  string
	After string // id of the last party of the page before
	Limit int    // 0: all
}

// Parties lists the parties that a filter chooses, by name.
func (r *Registry) Parties(ctx context.Context, f PartyFilter) ([]Party, error) {
	if f.After != "" && !store.IsID(f.After) {
		return []Party{}, nil
	}
	// What is not asked for is not in the text, or PostgreSQL would plan anew each time.
	sql, args := partyQuery+`WHERE p.removed_at IS NULL`, []any{}
	if f.Query != "" {
		args = append(args, f.Query, r.digest(identity.Normal(f.Query)))
		sql += ` AND (strpos(p.name, $1) > 0 OR strpos(p.phone, $1) > 0 OR p.identity_digest = $2)`
	}
	if f.Kind != "" {
		args = append(args, f.Kind)
		sql += fmt.Sprintf(` AND p.kind = $%d`, len(args))
	}
	if f.After != "" {
		args = append(args, f.After)
		sql += fmt.Sprintf(` AND (p.name, p.id) > (SELECT a.name, a.id FROM party a WHERE a.id = $%d)`, len(args))
	}
	sql += ` ORDER BY p.name, p.id`
	if f.Limit > 0 {
		sql += fmt.Sprintf(` LIMIT %d`, f.Limit)
	}
	rows, err := r.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list the parties: %w", err)
	}
	parties, err := pgx.CollectRows(rows, scanParty)
	if err != nil {
		return nil, fmt.Errorf("list the parties: %w", err)
	}
	return parties, nil
}

func (r *Registry) digest(number string) []byte { return r.secrets.Digest("party.identity", number) }

// Party returns one party, its identity masked.
func (r *Registry) Party(ctx context.Context, id string) (Party, error) {
	p, err := r.party(ctx, r.db, id, "")
	if err != nil {
		return p, fmt.Errorf("read party %s: %w", id, err)
	}
	return p, nil
}

func (r *Registry) party(ctx context.Context, db database, id, lock string) (Party, error) {
	if err := known(id); err != nil {
		return Party{}, err
	}
	rows, err := db.Query(ctx, partyQuery+`WHERE p.id = $1 AND p.removed_at IS NULL `+lock, id)
	if err != nil {
		return Party{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanParty)
	return p, absent(err)
}

// PartyServed returns one party, its identity masked, and where its standing consent lets
// papers be served: ID, telephone and e-mail of it alone, all "" without one.
func (r *Registry) PartyServed(ctx context.Context, id string) (p Party, c Consent, err error) {
	if err = known(id); err == nil {
		err = r.db.QueryRow(ctx, `SELECT `+partyColumns+`, coalesce(c.id::text, ''), coalesce(c.phone, ''), coalesce(c.email, '') FROM party p
			LEFT JOIN LATERAL (SELECT id, phone, email FROM consent WHERE party_id = p.id AND withdrawn_at IS NULL ORDER BY at DESC, id DESC LIMIT 1) c ON true
			WHERE p.id = $1 AND p.removed_at IS NULL`, id).Scan(append(p.fields(), &c.ID, &c.Phone, &c.Email)...)
	}
	if err != nil {
		return p, c, fmt.Errorf("read party %s: %w", id, absent(err))
	}
	return p, c, nil
}

// PartyIdentity returns the whole identity number, "" if none is kept, for a document
// that must name it. Who read it and why is recorded.
func (r *Registry) PartyIdentity(ctx context.Context, by, id, reason string) (number string, err error) {
	if err = known(id); err != nil {
		return "", fmt.Errorf("read the identity of party %s: %w", id, err)
	}
	err = r.change(ctx, "read the identity of party "+id, func(tx pgx.Tx) error {
		var sealed []byte
		err := tx.QueryRow(ctx, `SELECT identity_sealed FROM party WHERE id = $1`, id).Scan(&sealed)
		if err != nil || sealed == nil {
			return absent(err)
		}
		if number, err = r.secrets.Unseal(identityPurpose(id), sealed); err != nil {
			return err
		}
		return r.In(tx).RecordView(ctx, View{By: by, What: "identity", Subject: id, Reason: reason})
	})
	return number, err
}

func identityPurpose(id string) string { return "party.identity:" + id }

// SaveParty registers a party (no ID) or replaces it. A Version other than 0 is the
// one that was read. Errors wrap ErrConflict, or ErrDuplicate where another party
// has the same identity.
func (r *Registry) SaveParty(ctx context.Context, by string, p Party) (saved Party, err error) {
	if wrong := p.Problems(r.now()); len(wrong) > 0 {
		return p, fmt.Errorf("save a party: %w", wrong[0])
	}
	err = r.change(ctx, "save a party", func(tx pgx.Tx) error {
		change := Change{By: by, Kind: "party", Action: "create"}
		version := 0
		if p.ID != "" {
			before, err := r.party(ctx, tx, p.ID, "FOR UPDATE OF p")
			if err != nil {
				return err
			}
			if p.Version > 0 && p.Version != before.Version {
				return ErrConflict
			}
			if p.keepsIdentity() && p.Kind != before.Kind && before.Identity != "" {
				return refuse("identity", "变更当事人类型时请重新填写证件号码", "the kind changes; give the identity number again")
			}
			version, change.Action, change.Before = before.Version, "change", before
		} else if p.ID, err = newID(); err != nil {
			return err
		}
		p.Version, p.ChangedAt = version+1, r.moment()
		if err := r.writeParty(ctx, tx, p); err != nil {
			return err
		}
		if saved, err = r.party(ctx, tx, p.ID, ""); err != nil {
			return err
		}
		change.Subject, change.After = p.ID, saved
		return r.log(ctx, tx, change)
	})
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.ConstraintName == "party_identity" {
		return p, r.duplicate(ctx, p)
	}
	return saved, err
}

const upsertParty = `INSERT INTO party AS p (id, kind, name, identity_sealed, identity_digest, identity_shown, phone, address,
	email, version, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
	ON CONFLICT (id) DO UPDATE SET kind = $2, name = $3, identity_sealed = coalesce($4, p.identity_sealed),
	identity_digest = coalesce($5, p.identity_digest), identity_shown = coalesce(nullif($6, ''), p.identity_shown),
	phone = $7, address = $8, email = $9, version = $10, changed_at = $11`

// partyValues are the arguments of upsertParty, the identity encrypted.
func (r *Registry) partyValues(p Party) ([]any, error) {
	var sealed, digest []byte
	shown := ""
	if !p.keepsIdentity() {
		var err error
		if sealed, err = r.secrets.Seal(identityPurpose(p.ID), p.Identity); err != nil {
			return nil, err
		}
		digest, shown = r.digest(p.Identity), p.shownIdentity()
	}
	return []any{p.ID, p.Kind, p.Name, sealed, digest, shown, p.Phone, p.Address, p.Email, p.Version, p.ChangedAt}, nil
}

func (r *Registry) writeParty(ctx context.Context, tx pgx.Tx, p Party) error {
	values, err := r.partyValues(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, upsertParty, values...)
	return err
}

// duplicate says who has the identity already.
func (r *Registry) duplicate(ctx context.Context, p Party) error {
	var id, name string
	err := r.pool.QueryRow(ctx, `SELECT id::text, name FROM party WHERE identity_digest = $1 AND removed_at IS NULL`,
		r.digest(p.Identity)).Scan(&id, &name)
	if err != nil {
		return fmt.Errorf("find who has this identity already: %w", absent(err))
	}
	return fmt.Errorf("save a party: %w", &Refused{Field: "identity", Existing: id,
		ZH: "该证件号码已登记在当事人“" + name + "”名下", EN: "this identity is registered already, for " + name})
}
