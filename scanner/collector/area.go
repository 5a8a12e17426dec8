package collector

import (
	"slices"

	"cookieaudit/scanner/observation"
)

// holdings records the writes of a kind whose items exist because a script asked
// for them: databases, caches, registrations, files. To ask for one that is there
// already changes nothing, and whether it came to be shows when the area is read.
type holdings struct {
	log  *Log
	kind observation.Kind
}

// set records that a script asked for an item.
func (h holdings) set(c scriptCall, name string) {
	k := h.key(c, name)
	if _, there := h.log.present[k]; !there {
		h.write(c, k, false)
	}
}

// change records that a script wrote into an item that is there.
func (h holdings) change(c scriptCall, name string) {
	k := h.key(c, name)
	if _, there := h.log.present[k]; there {
		h.write(c, k, false)
	}
}

// remove records that a script removed an item.
func (h holdings) remove(c scriptCall, name string) {
	k := h.key(c, name)
	if _, there := h.log.present[k]; there {
		h.write(c, k, true)
	}
}

func (h holdings) key(c scriptCall, name string) observation.Key {
	return observation.Key{Kind: h.kind, Name: name, Origin: c.Origin, Partition: c.partition()}
}

func (h holdings) write(c scriptCall, k observation.Key, deletes bool) {
	by := h.log.traffic.setter(c)
	h.log.write(draft{
		moment: h.log.moment(c.time()), frame: c.URL, item: k, deletes: deletes, unsure: true,
		via: observation.ViaScript, by: by, chain: h.log.traffic.loaders(by), call: &c,
		lifetime: observation.Lifetime{Persistence: observation.Persistent}, value: c.Value,
	})
}

// failed takes back the newest write of an item on this page: the call ended with
// an error.
func (h holdings) failed(c scriptCall) {
	k := h.key(c, c.Name)
	for _, r := range slices.Backward(h.log.records) {
		w := r.Write
		if w == nil || w.Item != k || w.Op == observation.OpRefused {
			continue
		}
		if w.Op == observation.OpSet {
			delete(h.log.present, k)
		}
		w.Op, w.Refused = observation.OpRefused, []string{c.Why}
		return
	}
}
