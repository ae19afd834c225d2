package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// ErrSignature means that a request or callback isn't from whom it says, or is old:
// refuse it with 401 and do nothing.
var ErrSignature = errors.New("the signature doesn't fit")

// MaxBody is the largest request or callback that either side reads.
const MaxBody = 64 << 10

// Sign signs a request with the shared key. The body must be given as it is sent.
func Sign(key []byte, r *http.Request, body []byte, now time.Time) {
	at := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set(HeaderTimestamp, at)
	r.Header.Set(HeaderSignature, "v1="+hex.EncodeToString(mac(key, r.Method, r.URL.RequestURI(), at, body)))
}

// Verify reads a request's body and checks its signature; the body is returned and can
// be read again.
func Verify(key []byte, r *http.Request, now time.Time) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if len(body) > MaxBody {
		return nil, fmt.Errorf("the request is larger than %d bytes", MaxBody)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	at := r.Header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %s %q isn't a time in seconds", ErrSignature, HeaderTimestamp, at)
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > Tolerance || off < -Tolerance {
		return nil, fmt.Errorf("%w: the clocks are %s apart; set them right", ErrSignature, off.Round(time.Second))
	}
	want := "v1=" + hex.EncodeToString(mac(key, r.Method, r.URL.RequestURI(), at, body))
	if !hmac.Equal([]byte(want), []byte(r.Header.Get(HeaderSignature))) {
		return nil, fmt.Errorf("%w: check that both sides have the same key", ErrSignature)
	}
	return body, nil
}

func mac(key []byte, method, uri, at string, body []byte) []byte {
	sum := sha256.Sum256(body)
	h := hmac.New(sha256.New, key)
	h.Write(fmt.Appendf(nil, "%s\n%s\n%s\n%x", method, uri, at, sum))
	return h.Sum(nil)
}

// SignCallback sets the Standard Webhooks headers of a callback.
func SignCallback(key []byte, h http.Header, id string, body []byte, now time.Time) error {
	hook, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return fmt.Errorf("sign callback %s: %w", id, err)
	}
	sig, err := hook.Sign(id, now, body)
	if err != nil {
		return fmt.Errorf("sign callback %s: %w", id, err)
	}
	h.Set(HeaderWebhookID, id)
	h.Set(HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(HeaderWebhookSignature, sig)
	return nil
}

// VerifyCallback checks a callback's headers; the id is what makes it count once.
func VerifyCallback(key []byte, h http.Header, body []byte, now time.Time) (id string, err error) {
	hook, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return "", fmt.Errorf("verify a callback: %w", err)
	}
	at, err := strconv.ParseInt(h.Get(HeaderWebhookTimestamp), 10, 64)
	if err != nil {
		return "", fmt.Errorf("%w: %s %q isn't a time in seconds", ErrSignature, HeaderWebhookTimestamp, h.Get(HeaderWebhookTimestamp))
	}
	if off := now.Sub(time.Unix(at, 0)); off > Tolerance || off < -Tolerance {
		return "", fmt.Errorf("%w: the callback was signed %s ago", ErrSignature, off.Round(time.Second))
	}
	if err := hook.VerifyIgnoringTimestamp(body, h); err != nil {
		return "", fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return h.Get(HeaderWebhookID), nil
}
