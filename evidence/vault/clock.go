package vault

import (
	"net/http"
	"sync"
	"time"
)

// clock passes requests on and notes how far the store's clock is from ours.
type clock struct {
	next http.RoundTripper
	now  func() time.Time

	mu   sync.Mutex
	seen bool
	skew time.Duration // theirs minus ours
}

func (c *clock) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		c.mu.Lock()
		c.seen, c.skew = true, date.Sub(c.now().Truncate(time.Second))
		c.mu.Unlock()
	}
	return res, nil
}

func (c *clock) offset() (skew time.Duration, seen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew, c.seen
}
