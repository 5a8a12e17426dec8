package observation

import (
	"math"
	"time"
)

// Persistence tells whether an item outlives the browser session.
type Persistence string

const (
	Session    Persistence = "session"
	Persistent Persistence = "persistent"
	Unknown    Persistence = "unknown"
)

// Lifetime is how long an item was asked to live. Seconds is 0 unless the item
// is a persistent cookie: a localStorage key is persistent without an end.
type Lifetime struct {
	Persistence Persistence `json:"persistence"`
	Seconds     int64       `json:"seconds,omitempty"`
}

// Duration is the requested lifetime, 0 where there is none.
func (l Lifetime) Duration() time.Duration {
	// 292 years is the most that fits.
	return time.Duration(min(l.Seconds, int64(math.MaxInt64/time.Second))) * time.Second
}

// Longer is the longer of two lifetimes; a persistent item without end is the
// longest, an unknown one the shortest.
func (l Lifetime) Longer(o Lifetime) Lifetime {
	if o.rank() > l.rank() || o.rank() == l.rank() && o.Seconds > l.Seconds {
		return o
	}
	return l
}

func (l Lifetime) rank() int {
	switch {
	case l.Persistence == Persistent && l.Seconds == 0:
		return 3
	case l.Persistence == Persistent:
		return 2
	case l.Persistence == Session:
		return 1
	}
	return 0
}

// Tolerance is by how much an observed lifetime may exceed a declared one
// before they disagree: the larger of 1 % and 60 s. Clocks and rounding, not
// sites, make smaller differences.
func Tolerance(d time.Duration) time.Duration { return max(d/100, time.Minute) }
