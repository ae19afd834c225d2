package push

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// Browser is one of somebody's, without its address and keys.
type Browser struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Service   string     `json:"service" doc:"Host of the browser's push service."`
	Kinds     []string   `json:"kinds"`
	CreatedAt time.Time  `json:"created_at"`
	ToldAt    *time.Time `json:"told_at,omitempty" doc:"Latest notice that the push service took."`
	Failure   string     `json:"failure,omitempty" doc:"What the latest attempt came to; none: it was taken."`
}

// SignUp is a browser that signs up: PushSubscription.toJSON(), and what is wanted of it.
type SignUp struct {
	Endpoint string   `json:"endpoint" minLength:"1" maxLength:"1000"`
	P256DH   string   `json:"p256dh" minLength:"1" maxLength:"120"`
	Auth     string   `json:"auth" minLength:"1" maxLength:"60"`
	Name     string   `json:"name" minLength:"1" maxLength:"60" doc:"By which its owner knows it."`
	Language string   `json:"language" enum:"zh,en"`
	Kinds    []string `json:"kinds" maxItems:"10"`
}

const (
	mostDevices = 10 // of one person
	authBytes   = 16

	endpointPurpose = "push.endpoint" // of the digest of an address
)

func devicePurpose(id string) string { return "push.device:" + id }

// check refuses what cannot be told anything, and kinds that do not concern the roles.
func (b *Bell) check(ctx context.Context, roles []string, d *SignUp) error {
	d.Name = strings.TrimSpace(d.Name)
	if d.Name == "" {
		return exchange.Refuse("name", "请填写设备名称", "name the device")
	}
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(d.P256DH, "="))
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return exchange.Refuse("p256dh", "浏览器的公钥无效", "this is no public key of a browser")
	}
	if secret, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(d.Auth, "=")); err != nil || len(secret) != authBytes {
		return exchange.Refuse("auth", "浏览器的验证值无效", "this is no authentication secret of a browser")
	}
	if err := checkKinds(roles, d.Kinds); err != nil {
		return err
	}
	return b.o.CheckURL(ctx, d.Endpoint)
}

func checkKinds(roles, kinds []string) error {
	for _, k := range kinds {
		if !slices.Contains(KindsFor(roles), k) {
			return exchange.Refuse("kinds", "您的角色没有“"+k+"”类通知", "your roles have no notices of kind "+k)
		}
	}
	return nil
}

// Add signs a browser up for its owner. One that was another's before is now this one's.
func (b *Bell) Add(ctx context.Context, owner string, roles []string, d SignUp) (Browser, error) {
	if err := b.check(ctx, roles, &d); err != nil {
		return Browser{}, fmt.Errorf("add a device for notices: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Browser{}, fmt.Errorf("add a device for notices: %w", err)
	}
	at, err := url.Parse(d.Endpoint) // CheckURL has read it
	if err != nil {
		return Browser{}, fmt.Errorf("add a device for notices: %w", err)
	}
	made := Browser{ID: id.String(), Name: d.Name, Service: at.Host, Kinds: sorted(d.Kinds), CreatedAt: b.now()}
	text, err := json.Marshal(webpush.Subscription{Endpoint: d.Endpoint, Keys: webpush.Keys{P256dh: d.P256DH, Auth: d.Auth}})
	if err != nil {
		return Browser{}, fmt.Errorf("add a device for notices: %w", err)
	}
	sealed, err := b.o.Secrets.Seal(devicePurpose(made.ID), string(text))
	if err != nil {
		return Browser{}, fmt.Errorf("add a device for notices: %w", err)
	}
	digest := b.o.Secrets.Digest(endpointPurpose, d.Endpoint)
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		// One after the other, so that the count holds.
		if _, err := tx.Exec(ctx, `SELECT FROM account WHERE id = $1 FOR UPDATE`, owner); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM push_device WHERE digest = $1`, digest); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM push_device WHERE account_id = $1`, owner).Scan(&n); err != nil {
			return err
		}
		if n >= mostDevices {
			return exchange.Refuse("endpoint", "接收通知的设备已达上限，请先移除不用的", "too many devices; remove one that is not used")
		}
		_, err := tx.Exec(ctx, `INSERT INTO push_device (id, account_id, digest, sealed, service, name, language, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
			made.ID, owner, digest, sealed, made.Service, made.Name, d.Language, made.CreatedAt)
		if err != nil {
			return err
		}
		return b.wish(ctx, tx, made.ID, made.Kinds)
	})
	if err != nil {
		return Browser{}, fmt.Errorf("add a device for notices: %w", err)
	}
	return made, nil
}

func sorted(kinds []string) []string {
	kinds = append([]string{}, kinds...) // none is an empty list to the database, not NULL
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// wish makes these the kinds of a device; what is there already is news of none that
// is added.
func (b *Bell) wish(ctx context.Context, tx pgx.Tx, device string, kinds []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM push_wish WHERE device_id = $1 AND kind <> ALL ($2)`, device, kinds); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO push_wish (device_id, kind, seen_at) SELECT $1, unnest($2::text[]), $3 ON CONFLICT DO NOTHING`, device, kinds, b.now())
	return err
}

// Want changes the kinds that a device of the owner's is told. Errors wrap
// registry.ErrNotFound.
func (b *Bell) Want(ctx context.Context, owner string, roles []string, id string, kinds []string) error {
	err := checkKinds(roles, kinds)
	if err == nil {
		err = b.owned(ctx, owner, id, func(tx pgx.Tx) error { return b.wish(ctx, tx, id, sorted(kinds)) })
	}
	if err != nil {
		return fmt.Errorf("change the notices of device %s: %w", id, err)
	}
	return nil
}

// Remove forgets a device of the owner's. Errors wrap registry.ErrNotFound.
func (b *Bell) Remove(ctx context.Context, owner, id string) error {
	err := b.owned(ctx, owner, id, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM push_device WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove device %s: %w", id, err)
	}
	return nil
}

// Leave forgets the browser with this address at its push service, if it is the owner's:
// who signs out on it is told there no more. Errors wrap registry.ErrNotFound.
func (b *Bell) Leave(ctx context.Context, owner, endpoint string) error {
	done, err := b.o.Pool.Exec(ctx, `DELETE FROM push_device WHERE account_id = $1 AND digest = $2`, owner, b.o.Secrets.Digest(endpointPurpose, endpoint))
	if err == nil && done.RowsAffected() == 0 {
		err = registry.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("leave a device for notices: %w", err)
	}
	return nil
}

// owned does something to a device that is the owner's.
func (b *Bell) owned(ctx context.Context, owner, id string, do func(pgx.Tx) error) error {
	if !store.IsID(id) {
		return registry.ErrNotFound
	}
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		found, err := tx.Exec(ctx, `SELECT FROM push_device WHERE id = $1 AND account_id = $2 FOR UPDATE`, id, owner)
		if err != nil {
			return err
		}
		if found.RowsAffected() == 0 {
			return registry.ErrNotFound
		}
		return do(tx)
	})
}

// Devices lists the owner's, the newest first.
func (b *Bell) Devices(ctx context.Context, owner string) ([]Browser, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT d.id::text, d.name, d.service, ARRAY(SELECT kind FROM push_wish w WHERE w.device_id = d.id ORDER BY kind), d.created_at, d.told_at, d.failure
		FROM push_device d WHERE d.account_id = $1 ORDER BY d.created_at DESC, d.id`, owner)
	if err != nil {
		return nil, fmt.Errorf("list the devices for notices: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Browser])
	if err != nil {
		return nil, fmt.Errorf("list the devices for notices: %w", err)
	}
	return list, nil
}
