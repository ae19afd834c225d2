package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

func write(w http.ResponseWriter, kind string, status int, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that hung up needs no answer
}
