package collector

import (
	"fmt"
	"regexp"

	"cookieaudit/scanner/observation"
)

var addresses = regexp.MustCompile(`https?://[^\s"')]+`)

// notStored is the reason recorded where a response carried Set-Cookie, the
// browser gave no reason to refuse it, and the cookie was not in the jar: a
// fetch without credentials, for one.
const notStored = "not in the jar afterwards"

// reconcile compares what is at rest with what was written. An item at rest
// that nobody was seen writing is recorded as written by an unknown hand. A
// cookie that a response set and that is not in the jar was not stored.
func (l *Log) reconcile(s Snapshot) {
	rest := map[observation.Key]RestItem{}
	looked := map[observation.Kind]bool{}
	for _, a := range s.areas {
		looked[a.Area.Kind] = true
		for _, i := range a.Items {
			rest[i.Item] = i
		}
	}
	for _, a := range s.areas {
		for _, i := range a.Items {
			l.unwritten(i)
		}
	}
	if looked[observation.Cookie] {
		l.unstored(rest)
	}
	for k := range l.present {
		if _, ok := rest[k]; !ok && k.Kind == observation.Cookie && looked[k.Kind] {
			delete(l.present, k)
		}
	}
}

func (l *Log) unwritten(i RestItem) {
	if _, ok := l.present[i.Item]; ok {
		l.present[i.Item] = i.Value
		return
	}
	m := l.moment(now())
	l.write(draft{
		moment: m, item: i.Item, via: observation.ViaUnknown,
		lifetime: restLifetime(i), attrs: i.Attrs, value: i.Value,
	})
	l.gap(observation.Gap{Kind: "write-not-seen", Why: fmt.Sprintf("%s %q was found stored, but nobody was seen writing it", i.Item.Kind, i.Item.Name)})
}

func restLifetime(i RestItem) observation.Lifetime {
	switch {
	case i.Item.Kind == observation.Cookie && i.Expires > 0:
		return observation.Lifetime{Persistence: observation.Persistent, Seconds: i.Expires}
	case i.Item.Kind == observation.Cookie, i.Item.Kind == observation.SessionStorage:
		return observation.Lifetime{Persistence: observation.Session}
	}
	return observation.Lifetime{Persistence: observation.Persistent}
}

// unstored marks response writes of this page that left nothing in the jar and
// were not deleted, replaced or at their end.
func (l *Log) unstored(rest map[observation.Key]RestItem) {
	now := l.clock.Now()
	gone := map[observation.Key]bool{}
	for i := len(l.records) - 1; i >= 0; i-- {
		w := l.records[i].Write
		if w == nil || w.Item.Kind != observation.Cookie {
			continue
		}
		if w.Op == observation.OpDelete {
			gone[w.Item] = true
		}
		_, stored := rest[w.Item]
		stored = stored || gone[w.Item]
		lives := w.Lifetime.Seconds == 0 || now-w.At < w.Lifetime.Seconds*1000
		if w.Via != observation.ViaResponse || w.Op != observation.OpSet || stored || !lives {
			continue
		}
		w.Op, w.Refused = observation.OpRefused, []string{notStored}
	}
}
