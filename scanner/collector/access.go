package collector

import (
	_ "embed"

	"cookieaudit/scanner/observation"
)

//go:embed fingerprint.js
var fingerprintJS string

// Readings of what tells devices apart are no storage: they are recorded by their
// own kind of record, and found by the wrapper alone.
var _ = register(func(l *Log) Collector {
	return Collector{Kind: observation.AccessKind, Script: fingerprintJS, Call: l.access}
})

// access records a reading; further ones of the same script on the same page are
// counted.
func (l *Log) access(c scriptCall) {
	by := l.source(l.traffic.setter(c))
	m := l.moment(c.time())
	for _, r := range l.records {
		if a := r.Access; a != nil && a.API == c.Name && a.By.URL == by.URL && a.Phase == m.phase {
			a.N = max(1, a.N) + max(1, c.Times)
			return
		}
	}
	a := &observation.Access{
		Page: m.page, Frame: l.redact.URL(c.URL), Phase: m.phase, Cause: m.cause, At: m.at, Fast: m.fast,
		What: c.Op, API: c.Name, By: by, Chain: l.sources(l.traffic.loaders(by)),
	}
	l.follow(c, &a.Stack, func(from observation.Source) {
		a.By, a.Chain = l.source(from), l.sources(l.traffic.loaders(from))
	})
	if c.Times > 1 {
		a.N = c.Times
	}
	l.add(observation.Record{Access: a})
}
