package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// notice is all that a push service carries.
type notice struct {
	Kind     string `json:"kind"`
	Language string `json:"language"`
}

const (
	recordBytes = 512            // of every notice, whatever it says
	keptFor     = 12 * time.Hour // by the push service, for a device that is off
	tokenFor    = time.Hour
)

// outcome is what a push service made of a notice.
type outcome struct {
	gone    bool          // it has lost the browser
	failure string        // "": it was taken
	wait    time.Duration // asked for by Retry-After
}

// send hands a notice to a device's push service. Of those that a device has not
// fetched, a later one of the same kind takes the place.
func (b *Bell) send(ctx context.Context, keys pair, p parcel, kind string) (outcome, error) {
	text, err := b.o.Secrets.Unseal(devicePurpose(p.device), p.sealed)
	if err != nil {
		return outcome{}, fmt.Errorf("read the address of device %s: %w", p.device, err)
	}
	var to webpush.Subscription
	if err := json.Unmarshal([]byte(text), &to); err != nil {
		return outcome{}, fmt.Errorf("read the address of device %s: %w", p.device, err)
	}
	body, err := json.Marshal(notice{kind, p.language})
	if err != nil {
		return outcome{}, fmt.Errorf("write a notice for device %s: %w", p.device, err)
	}
	answer, err := webpush.SendNotificationWithContext(ctx, body, &to, &webpush.Options{
		HTTPClient: b.client, RecordSize: recordBytes, Subscriber: b.o.Sender, Topic: kind, TTL: int(keptFor.Seconds()), Urgency: webpush.UrgencyNormal,
		VAPIDPublicKey: keys.public, VAPIDPrivateKey: keys.private, VapidExpiration: time.Now().Add(tokenFor),
	})
	if err != nil {
		var where *url.Error
		if errors.As(err, &where) { // without the address, by which anybody could ring
			err = where.Err
		}
		return outcome{failure: err.Error()}, nil
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return outcome{gone: true}, nil
	case answer.StatusCode/100 != 2:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // a date counts as none
		return outcome{failure: answer.Status, wait: time.Duration(seconds) * time.Second}, nil
	}
	return outcome{}, nil
}

// Test tells a device of the owner's something at once; the text says how that went
// wrong, "" where it did not. Errors wrap registry.ErrNotFound.
func (b *Bell) Test(ctx context.Context, owner, id string) (failure string, err error) {
	p := parcel{device: id}
	err = b.owned(ctx, owner, id, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT sealed, language FROM push_device WHERE id = $1`, id).Scan(&p.sealed, &p.language)
	})
	if err != nil {
		return "", fmt.Errorf("test device %s: %w", id, err)
	}
	keys, err := b.key(ctx)
	if err != nil {
		return "", err
	}
	out, err := b.send(ctx, keys, p, test)
	if err != nil {
		return "", err
	}
	if out.gone {
		return "", errors.Join(b.forget(ctx, id), fmt.Errorf("test device %s: %w", id, registry.ErrNotFound))
	}
	_, err = b.o.Pool.Exec(ctx, `UPDATE push_device SET failure = $2, told_at = CASE WHEN $2 = '' THEN $3 ELSE told_at END WHERE id = $1`, id, out.failure, b.now())
	if err != nil {
		return "", fmt.Errorf("keep the test of device %s: %w", id, err)
	}
	return out.failure, nil
}
