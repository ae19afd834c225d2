package registry

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// readSubstream checks the address of a substream; main is the camera's, with credentials.
// "" is none. Errors are *Refused.
func readSubstream(raw, main string) (address, error) {
	if raw == "" {
		return address{}, nil
	}
	where, err := readAddress(raw, "")
	var refused *Refused
	if errors.As(err, &refused) {
		return address{}, refuse("substream_url", "子码流："+refused.ZH, "substream: "+refused.EN)
	}
	if err != nil {
		return address{}, err
	}
	where.whole = signedIn(where.whole, main)
	if where.whole == main {
		return address{}, refuse("substream_url", "子码流地址与主码流相同：请填写低分辨率码流的地址，或改为由主码流检测",
			"the substream is the main stream: name the address of the one in fewer pixels, or none")
	}
	return where, nil
}

// signedIn gives an address without credentials those of another at the same host. They
// are shown to no other host.
func signedIn(raw, as string) string {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return raw
	}
	o, err := url.Parse(as)
	if err != nil || o.User == nil || o.Hostname() != u.Hostname() {
		return raw
	}
	u.User = o.User
	return u.String()
}

func substreamPurpose(id string) string { return "camera.substream:" + id }

// unsealSubstream reads what setSubstream wrote; nothing is "".
func (r *Registry) unsealSubstream(id string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	whole, err := r.secrets.Unseal(substreamPurpose(id), sealed)
	if err != nil {
		return "", fmt.Errorf("read the substream of camera %s: %w", id, err)
	}
	return whole, nil
}

// setSubstream gives a camera a substream, or none.
func (r *Registry) setSubstream(ctx context.Context, tx pgx.Tx, c *Camera, where address) error {
	var sealed []byte
	if where.whole != "" {
		var err error
		if sealed, err = r.secrets.Seal(substreamPurpose(c.ID), where.whole); err != nil {
			return err
		}
	}
	c.Substream = where.shown
	_, err := tx.Exec(ctx, `UPDATE camera SET substream_sealed = $2, substream_shown = $3 WHERE id = $1`, c.ID, sealed, where.shown)
	return err
}

// addresses reads both addresses of a camera.
func (r *Registry) addresses(ctx context.Context, tx pgx.Tx, id string) (main, small string, err error) {
	var sealed, sealedSmall []byte
	if err = tx.QueryRow(ctx, `SELECT address_sealed, substream_sealed FROM camera WHERE id = $1`, id).Scan(&sealed, &sealedSmall); err != nil {
		return "", "", err
	}
	if main, err = r.unsealAddress(id, sealed); err != nil {
		return "", "", err
	}
	small, err = r.unsealSubstream(id, sealedSmall)
	return main, small, err
}

// changeSubstream takes what somebody says of a registered camera's substream; as it is
// shown it stays.
func (r *Registry) changeSubstream(ctx context.Context, tx pgx.Tx, c *Camera, says string) error {
	if says == c.Substream {
		return nil
	}
	main, _, err := r.addresses(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	where, err := readSubstream(says, main)
	if err != nil {
		return err
	}
	return r.setSubstream(ctx, tx, c, where)
}

// followAddress gives a substream that signs in as the camera's address did the new name
// and password, where that address is changed.
func (r *Registry) followAddress(ctx context.Context, tx pgx.Tx, c *Camera, main string) error {
	if c.Substream == "" {
		return nil
	}
	old, small, err := r.addresses(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	was, errWas := url.Parse(old)
	is, errIs := url.Parse(small)
	now, errNow := url.Parse(main)
	if errors.Join(errWas, errIs, errNow) != nil || was.User == nil || is.User == nil || is.User.String() != was.User.String() || now.Hostname() != is.Hostname() {
		return nil //nolint:nilerr // it has a name of its own, or lies elsewhere; an error would repeat the address
	}
	is.User = nil
	where, err := readAddress(signedIn(is.String(), main), "")
	if err != nil {
		return err
	}
	return r.setSubstream(ctx, tx, c, where)
}
