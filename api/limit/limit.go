// Package limit says when an account or an address asks too often: a token bucket
// per key, in memory, bounded in number.
package limit

import (
	"math"
	"sync"
	"time"
)

// Rate is how much is allowed.
type Rate struct {
	PerSecond float64
	Burst     float64
}

// Limiter holds a bucket per key.
type Limiter struct {
	rate Rate
	now  func() time.Time
	most int // keys

	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// New makes a limiter that keeps at most so many keys; beyond, full buckets are
// forgotten first, then any.
func New(rate Rate, most int, now func() time.Time) *Limiter {
	return &Limiter{rate: rate, now: now, most: most, buckets: map[string]bucket{}}
}

// Take takes a token for the key. Without one it says how long until there is one.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, known := l.buckets[key]
	if !known {
		l.makeRoom(now)
		b = bucket{l.rate.Burst, now}
	}
	b = l.filled(b, now)
	if b.tokens < 1 {
		l.buckets[key] = b
		return time.Duration(math.Ceil((1 - b.tokens) / l.rate.PerSecond * float64(time.Second))), false
	}
	b.tokens--
	l.buckets[key] = b
	return 0, true
}

func (l *Limiter) filled(b bucket, now time.Time) bucket {
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(l.rate.Burst, b.tokens+passed.Seconds()*l.rate.PerSecond)
		b.at = now
	}
	return b
}

func (l *Limiter) makeRoom(now time.Time) {
	if len(l.buckets) < l.most {
		return
	}
	for key, b := range l.buckets {
		if l.filled(b, now).tokens >= l.rate.Burst {
			delete(l.buckets, key)
		}
	}
	for key := range l.buckets {
		if len(l.buckets) < l.most {
			return
		}
		delete(l.buckets, key)
	}
}
