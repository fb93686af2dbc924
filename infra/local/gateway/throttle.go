package gateway

import (
	"sync"
	"time"
)

// Throttle is a token bucket ("Throttle requests to your HTTP APIs", http-api-throttling.html): Rate tokens a second,
// at most Burst of them kept. Without a rate there is no limit.
type Throttle struct {
	Rate  float64
	Burst int
}

// bucket counts in real time: it protects what is behind it.
type bucket struct {
	Throttle
	mu     sync.Mutex
	tokens float64
	filled time.Time
}

func newBucket(t Throttle) *bucket { return &bucket{Throttle: t, tokens: float64(t.Burst)} }

func (b *bucket) take(now time.Time) bool {
	if b.Rate <= 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.filled.IsZero() {
		b.tokens = min(float64(b.Burst), b.tokens+b.Rate*now.Sub(b.filled).Seconds())
	}
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
