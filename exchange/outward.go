package exchange

import (
	"net"
	"net/http"
	"syscall"
	"time"
)

const (
	dialPatience = 5 * time.Second
	idleFor      = 90 * time.Second
)

// Outward is a client for addresses that people or their browsers name. It follows nobody
// elsewhere, and control refuses to dial what may not be, whatever name it hides behind.
// patience bounds a request; perHost connections to one host are kept, 0: net/http's two.
func Outward(control func(network, address string, c syscall.RawConn) error, patience time.Duration, perHost int) *http.Client {
	dialer := &net.Dialer{Timeout: dialPatience, Control: control}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		// No proxy: it would be dialled in place of the address, and the guard be asked
		// about it.
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: dialPatience, MaxIdleConnsPerHost: perHost,
			IdleConnTimeout: idleFor, ForceAttemptHTTP2: true},
	}
}
