package tsa

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/digitorus/timestamp"
)

const (
	contentQuery = "application/timestamp-query"
	contentReply = "application/timestamp-reply"
	maxQuery     = 16 << 10
	accuracy     = time.Second // the machine's clock, kept by NTP
)

// Options say where the authority keeps its keys and where it listens.
type Options struct {
	Dir    string // keys, certificates and the register of tokens issued; made if missing
	Listen string // HOST:PORT; port 0 takes a free one
	Name   string // organisation in the certificates; "" is "Offsite"
	Logger *slog.Logger
	Now    func() time.Time
}

// Authority is a running timestamp authority.
type Authority struct {
	o        Options
	id       *identity
	register *register
	http     *http.Server
	url      string
	done     chan struct{}
	stop     sync.Once
}

// Start makes keys and certificates on the first run and answers requests until
// Stop; ctx bounds the start alone.
func Start(ctx context.Context, o Options) (*Authority, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Name == "" {
		o.Name = "Offsite"
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("start timestamp authority: %w", err)
	}
	id, err := openIdentity(o.Dir, o.Name, o.Now())
	if err != nil {
		return nil, fmt.Errorf("start timestamp authority: %w", err)
	}
	issued, err := openRegister(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("start timestamp authority: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("start timestamp authority: %w", err)
	}
	a := &Authority{o: o, id: id, register: issued, url: "http://" + l.Addr().String() + "/", done: make(chan struct{})}
	a.http = &http.Server{Handler: a, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10}
	go func() {
		defer close(a.done)
		if err := a.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			o.Logger.Error("timestamp authority ended", "error", err)
		}
	}()
	return a, nil
}

// URL is where requests are posted.
func (a *Authority) URL() string { return a.url }

// CertificatesPEM is the CA certificate that tokens chain to, for trust.json.
func (a *Authority) CertificatesPEM() []byte { return a.id.caPEM }

// Roots is the same as a pool.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.id.ca)
	return pool
}

// Stop ends the authority and waits for requests under way.
func (a *Authority) Stop() {
	a.stop.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := a.http.Shutdown(ctx); err != nil {
			a.http.Close()
		}
	})
	<-a.done
	a.register.close()
}

// ServeHTTP answers one timestamp request (RFC 3161, 3.4).
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != contentQuery {
		http.Error(w, "post an "+contentQuery, http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuery))
	if err != nil {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	reply, err := a.answer(body)
	if err != nil {
		a.o.Logger.Error("timestamp request failed", "error", err)
		http.Error(w, "the request could not be answered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentReply)
	if _, err := w.Write(reply); err != nil {
		a.o.Logger.Debug("timestamp reply not sent", "error", err)
	}
}

// answer signs the request, or says why not within the protocol.
func (a *Authority) answer(query []byte) ([]byte, error) {
	ask, err := timestamp.ParseRequest(query)
	if err != nil {
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadDataFormat)
	}
	switch {
	case ask.HashAlgorithm != crypto.SHA256 && ask.HashAlgorithm != crypto.SHA384 && ask.HashAlgorithm != crypto.SHA512:
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadAlgorithm)
	case len(ask.HashedMessage) != ask.HashAlgorithm.Size():
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadDataFormat)
	case len(ask.TSAPolicyOID) > 0 && !ask.TSAPolicyOID.Equal(policy()):
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.UnacceptedPolicy)
	case len(ask.Extensions) > 0:
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.UnacceptedExtension)
	}
	now := a.o.Now().UTC()
	if now.After(a.id.leaf.NotAfter) || now.Before(a.id.leaf.NotBefore) {
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.TimeNotAvailable)
	}
	reply, serial, err := a.id.sign(ask, now)
	if err != nil {
		return nil, err
	}
	return reply, a.register.enter(serial, now, ask.HashedMessage)
}

// policy names how our tokens come about: an arc that X.660 keeps for examples,
// since an authority of one's own has no registered policy.
func policy() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 999, 3161, 1} }
