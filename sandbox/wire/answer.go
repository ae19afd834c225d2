package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
)

// Decode reads a signed body strictly: a field that isn't in the interface, or anything
// after the value, is an error, so that nothing travels that nobody agreed upon.
func Decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("read the request: there is more than one value in it")
	}
	return nil
}

// Answer writes a value as JSON.
func Answer(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, "the answer can't be written: "+err.Error())
		return
	}
	write(w, "application/json", status, body)
}

// Refuse writes a problem (RFC 9457).
func Refuse(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(Problem{Title: http.StatusText(status), Status: status, Detail: detail})
	if err != nil { // three plain fields always encode
		body = []byte("{}")
	}
	write(w, "application/problem+json", status, body)
}

// Keep is a request whose body D is kept under a key that the asker chose, and answered with V.
type Keep[D, V any] struct {
	What     string         // in words: "order"
	Check    func(*D) error // puts it in its one form, and says what is wrong with it
	Keep     func(D) (kept V, fresh bool, err error)
	Conflict error // of Keep, where something else is kept under the key
}

// Answer keeps it: 201 where it is new, 200 where the same is kept already, 409 for a conflict,
// 400 and 422 for what is no such request or a wrong one, and 500 where it cannot be kept.
func (k Keep[D, V]) Answer(w http.ResponseWriter, body []byte, log *slog.Logger) {
	var d D
	if err := Decode(body, &d); err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := k.Check(&d); err != nil {
		Refuse(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	kept, fresh, err := k.Keep(d)
	switch {
	case errors.Is(err, k.Conflict):
		Refuse(w, http.StatusConflict, err.Error())
	case err != nil:
		log.Error(k.What+" not kept", "error", err) // which names the key
		Refuse(w, http.StatusInternalServerError, "the "+k.What+" couldn't be kept; send it again")
	case fresh:
		Answer(w, http.StatusCreated, kept)
	default:
		Answer(w, http.StatusOK, kept)
	}
}

func write(w http.ResponseWriter, kind string, status int, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that hung up needs no answer
}
