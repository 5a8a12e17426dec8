package collector

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/scanner/observation"
)

// masked is what redaction puts in the place of a part of an address.
var masked = regexp.MustCompile(`\{(?:\d+ [a-z0-9+-]+|typed|email|uuid|jwt|card)\}`)

// addresses are those in a free text. What was redacted may hold a blank.
var addresses = regexp.MustCompile(`https?://(?:` + masked.String() + `|[^\s"')])+`)

// notStored is the reason recorded where a response carried Set-Cookie, the
// browser gave no reason to refuse it, and the cookie was not in the jar: a
// fetch without credentials, for one.
const notStored = "not in the jar afterwards"

// notDeleted is the reason for the like of a deletion.
const notDeleted = "still in the jar afterwards"

// reconcile compares what is at rest with what was written. A write that the
// browser did not carry out was refused. An item at rest, or a value of one, that
// nobody was seen writing is recorded as written by an unknown hand; one that is
// gone and nobody was seen removing is said, and a cookie's end recorded.
func (l *Log) reconcile(s Snapshot) {
	rest := map[observation.Key]RestItem{}
	looked := map[observation.Key]bool{} // areas, as keys without a name
	for _, a := range s.areas {
		looked[areaOf(a.Area)] = true
		for _, i := range a.Items {
			rest[i.Item] = i
		}
	}
	for _, a := range s.areas {
		l.lengthen(a.Items)
	}
	if looked[observation.Key{Kind: observation.Cookie}] {
		l.undone(rest, s.seq)
		defer l.remember(rest, s.seq)
	}
	later := l.writtenAfter(s.seq)
	for _, a := range s.areas {
		for _, i := range a.Items {
			if !later[i.Item] {
				l.unwritten(i)
			}
		}
	}
	var gone []observation.Key
	for k := range l.present {
		area := observation.Key{Kind: k.Kind, Origin: k.Origin, Partition: k.Partition}
		if _, ok := rest[k]; !ok && looked[area] && !later[k] {
			gone = append(gone, k)
		}
	}
	sortKeys(gone)
	for _, k := range gone {
		l.vanish(k)
	}
}

func areaOf(a observation.Area) observation.Key {
	return observation.Key{Kind: a.Kind, Origin: a.Origin, Partition: a.Partition}
}

// vanish takes an item out of what is stored: it is not at rest, and nobody was
// seen removing it. A cookie may have come to its end. What a script only asked
// for on this page never came to be.
func (l *Log) vanish(k observation.Key) {
	value := l.present[k]
	delete(l.present, k)
	switch {
	case k.Kind != observation.Cookie:
		if l.neverWas(k) {
			return
		}
	case !l.stands(k):
		return
	default:
		m := l.moment(now())
		m.cause, m.fast = "", false
		l.write(draft{moment: m, item: k, deletes: true, via: observation.ViaUnknown, value: value, lifetime: observation.Lifetime{Persistence: observation.Session}})
	}
	l.gap(observation.Gap{Kind: "views-differ", Why: fmt.Sprintf("%s %q was written and is not stored, though nobody was seen removing it", k.Kind, k.Name)})
}

// neverWas reports whether a script only asked for an item on this page, and marks
// that as refused.
func (l *Log) neverWas(k observation.Key) bool {
	for _, r := range slices.Backward(l.records) {
		w := r.Write
		if w == nil || w.Item != k {
			continue
		}
		if w.Op != observation.OpSet || !l.unsure[w] {
			return false
		}
		w.Op, w.Refused = observation.OpRefused, []string{notThere}
		return true
	}
	return false
}

// stands reports whether a cookie that was stored should be there still, by the
// newest write that was not refused, or by what the jar said before.
func (l *Log) stands(k observation.Key) bool {
	for _, r := range slices.Backward(l.records) {
		w := r.Write
		if w == nil || w.Item != k || w.Op == observation.OpRefused {
			continue
		}
		return w.Op != observation.OpDelete && (w.Lifetime.Seconds == 0 || l.clock.Now()-w.At < w.Lifetime.Seconds*1000)
	}
	before, ok := l.rested[k]
	return ok && (before.Expires == 0 || l.clock.Now()-l.restedAt < before.Expires*1000)
}

// notThere is the reason recorded where a script asked for a database, cache,
// registration, file or bucket, and there is none.
const notThere = "not there afterwards"

// lengthen gives files that a script made, and whose path was known from the last
// folder on, the path that they are found at.
func (l *Log) lengthen(items []RestItem) {
	for _, i := range items {
		if _, known := l.present[i.Item]; known || i.Item.Kind != observation.OPFS {
			continue
		}
		for _, short := range slices.SortedFunc(maps.Keys(l.present), observation.Key.Compare) {
			long := short
			long.Name = i.Item.Name
			if long != i.Item || !strings.HasSuffix(long.Name, "/"+short.Name) {
				continue
			}
			l.present[long] = l.present[short]
			delete(l.present, short)
			for _, r := range l.records {
				if r.Write != nil && r.Write.Item == short {
					r.Write.Item = long
				}
			}
			break
		}
	}
}

// writtenAfter are the items that were written after the jar had been read.
func (l *Log) writtenAfter(seq int) map[observation.Key]bool {
	out := map[observation.Key]bool{}
	for _, r := range l.records {
		if r.Write != nil && r.Write.Seq > seq {
			out[r.Write.Item] = true
		}
	}
	return out
}

// undone finds the writes of this page, up to seq, that the browser did not carry
// out though it gave no reason. Looking back from the newest, an item's first
// write that agrees with the jar, or was surely carried out, explains the item.
func (l *Log) undone(rest map[observation.Key]RestItem, seq int) {
	explained := map[observation.Key]bool{}
	for _, r := range slices.Backward(l.records) {
		w := r.Write
		if w == nil || w.Item.Kind != observation.Cookie || w.Op == observation.OpRefused || explained[w.Item] {
			continue
		}
		at, stored := rest[w.Item]
		why := l.contradiction(w, at, stored)
		if why == "" || !l.unsure[w] || w.Seq > seq || stored && (l.foreign(at) || l.overtook(w, at)) {
			explained[w.Item] = true
			continue
		}
		w.Op, w.Refused = observation.OpRefused, []string{why}
		if stored {
			l.present[w.Item] = at.Value
		}
	}
}

// foreign reports whether a cookie at rest has a value that it had not when the jar
// was read before, and that nobody was seen giving it: then it says nothing of the
// writes that were seen.
func (l *Log) foreign(at RestItem) bool {
	if before, ok := l.rested[at.Item]; ok && before.Value == at.Value {
		return false
	}
	return !slices.ContainsFunc(l.giving[at.Item], func(g giving) bool { return !g.deletes && g.value == at.Value })
}

// giving is a write of a cookie.
type giving struct {
	write   *observation.Write
	deletes bool
	value   string
	asked   int64 // when its response was asked for, else when it happened
	answer  bool  // by a response
}

// maxGiving bounds the writes of a cookie that are kept from one reading of the
// jar to the next.
const maxGiving = 256

// gives notes a write of a cookie.
func (l *Log) gives(w *observation.Write, d draft) {
	if w.Item.Kind != observation.Cookie || w.Op == observation.OpRefused {
		return
	}
	list := append(l.giving[w.Item], giving{w, d.deletes, d.value, cmp.Or(d.asked, w.At), w.Via == observation.ViaResponse})
	l.giving[w.Item] = list[max(0, len(list)-maxGiving):]
}

// overtook reports whether a response's write that the jar contradicts was carried out
// ahead of one that was told before it: of answers that come at one time the browser
// tells in any order. A script's times are exact and a response's late, so that of those
// it says nothing.
func (l *Log) overtook(w *observation.Write, at RestItem) bool {
	list := l.giving[at.Item]
	i := slices.IndexFunc(list, func(g giving) bool { return g.write == w })
	return i >= 0 && list[i].answer && givenBefore(list, i, at)
}

// givenBefore reports whether one told before the i-th write gave an item its value, and
// may have come after it.
func givenBefore(list []giving, i int, at RestItem) bool {
	return slices.ContainsFunc(list[:i], func(g giving) bool {
		return !g.deletes && g.value == at.Value && list[i].asked <= g.write.At
	})
}

// remember keeps the cookies at rest until the jar is read again, and what was
// written since it was read, which is what seq tells.
func (l *Log) remember(rest map[observation.Key]RestItem, seq int) {
	for k, list := range l.giving {
		list = slices.DeleteFunc(list, func(g giving) bool { return g.write.Seq <= seq })
		if l.giving[k] = list; len(list) == 0 {
			delete(l.giving, k)
		}
	}
	l.traffic.jarRead()
	l.rested, l.restedAt = map[observation.Key]RestItem{}, l.clock.Now()
	for k, i := range rest {
		if k.Kind == observation.Cookie {
			l.rested[k] = i
		}
	}
}

// contradiction says how the jar contradicts a write, "" if it does not.
func (l *Log) contradiction(w *observation.Write, at RestItem, stored bool) string {
	switch {
	case w.Op == observation.OpDelete:
		if stored {
			return notDeleted
		}
	case !stored:
		if w.Lifetime.Seconds == 0 || l.clock.Now()-w.At < w.Lifetime.Seconds*1000 {
			return notStored
		}
	case l.redact.Value(at.Value).Digest != w.Value.Digest:
		return notStored
	}
	return ""
}

// overtaken reports whether the newest write of an item at rest, which was not refused,
// was carried out ahead of the one that gave it its value.
func (l *Log) overtaken(i RestItem) bool {
	list := l.giving[i.Item]
	return len(list) > 0 && givenBefore(list, len(list)-1, i)
}

func (l *Log) unwritten(i RestItem) {
	known, ok := l.present[i.Item]
	valued := i.Item.Kind == observation.Cookie || i.Item.Kind == observation.LocalStorage || i.Item.Kind == observation.SessionStorage
	if ok && (!valued || known == i.Value || l.overtaken(i)) {
		l.present[i.Item] = i.Value
		return
	}
	d := draft{
		moment: l.moment(now()), item: i.Item, via: observation.ViaUnknown,
		lifetime: restLifetime(i), attrs: i.Attrs, value: i.Value,
	}
	// What made it happen, and whether that was in fast time, nobody saw.
	d.moment.cause, d.moment.fast = "", false
	if i.Item.Kind == observation.Cookie {
		if r := l.traffic.answeredWith(i.Item); r != nil {
			d.moment, d.via, d.by = r.moment, observation.ViaResponse, observation.Source{URL: r.last().url}
			d.chain, d.inferred = l.traffic.chain(r, r.last()), silentAnswer
			r.last().sets = append(r.last().sets, i.Item)
			l.write(d)
			return
		}
	}
	l.write(d)
	l.gap(observation.Gap{Kind: "write-not-seen", Why: fmt.Sprintf("%s %q was found stored, but nobody was seen writing %s", i.Item.Kind, i.Item.Name, map[bool]string{false: "it", true: "the value that it has"}[ok])})
}

// silentAnswer is how a cookie of a shared worker's request, of a service worker's
// script, or of another site's WebSocket comes to have a setter: of their answers
// the browser tells no cookies.
const silentAnswer = "found in the jar; the one request to where it is valid whose answer's cookies the browser does not tell"

func restLifetime(i RestItem) observation.Lifetime {
	switch {
	case i.Item.Kind == observation.Cookie && i.Expires > 0:
		return observation.Lifetime{Persistence: observation.Persistent, Seconds: i.Expires}
	case i.Item.Kind == observation.Cookie, i.Item.Kind == observation.SessionStorage:
		return observation.Lifetime{Persistence: observation.Session}
	}
	return observation.Lifetime{Persistence: observation.Persistent}
}
