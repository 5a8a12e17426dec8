package rules

import (
	"fmt"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/scanner/observation"
)

var _ = register(&audit.Rule{
	ID:    "declaration-contradicts-itself",
	Title: "listing contradicts the text",
	Doc: `The document lists an item under one type of cookie and says another of it: among those that
end with the session, and yet kept for months, or the other way round. Where the text gives no lifetime,
what was seen decides; where nothing was seen, what the catalogue knows of the item or of its vendor,
which is left to a person. Lifetimes up to a day are taken for a session.`,
	Help:     "List the item under the type that it has.",
	Severity: audit.Medium,
	Evidence: audit.ProvenEvidence,
	Law:      audit.SettledLaw,
	Policy:   true,
	Document: true,
	Overall:  true,
	Needs:    []audit.Need{{}},
	Legal:    []string{planet49, information, notice},
	Run: func(p *audit.Pass) {
		for _, d := range declarations(p.Policy) {
			if d.listed == policies.ListedSession || d.listed == policies.ListedPersistent {
				contradiction(p, d)
			}
		}
	},
})

func contradiction(p *audit.Pass, d declaration) {
	f := d.finding(p)
	listed := fmt.Sprintf("%s is listed under %s cookies", at(d.name, d.position.Line), d.listed)
	l := d.lifetime
	switch lasts := l.Max > sessionLike || l.Indefinite || l.Persistent; {
	case d.listed == policies.ListedSession && lasts && !l.Session,
		d.listed == policies.ListedPersistent && l.Session && l.Max == 0 && !l.Indefinite && !l.Persistent:
		f.Message = fmt.Sprintf("%s, and its text says %s.", listed, l.Printed)
	case d.listed != policies.ListedSession || !l.Unknown:
		return
	default:
		if s, doubt, found := outlives(p, d); found {
			f.Evidence, f.Item = audit.DerivedEvidence, s.Item
			f.Message = fmt.Sprintf("%s, and %s outlives the session.", listed, p.Where(s))
			if doubt != "" {
				f.Evidence = audit.HeuristicEvidence
				f.Message += " Whether that is the item meant a person must decide."
			}
			break
		}
		item, found := knownToLast(d)
		if !found {
			return
		}
		f.Evidence = audit.HeuristicEvidence
		f.Message = fmt.Sprintf("%s, and the catalogue knows %s to live for %s. A person must decide.", listed, item.Name, item.Lifetime.Printed)
	}
	p.Report(f)
}

// sessionLike is the lifetime up to which an item passes for one of a session.
const sessionLike = 24 * time.Hour

// outlives finds an item of a declaration that asked to live for longer, one of
// which nobody doubts that it is meant before others.
func outlives(p *audit.Pass, d declaration) (found audit.Sighting, doubt string, ok bool) {
	for _, b := range boundItems(p) {
		s := longest(b.group)
		lasts := s.Lifetime.Persistence == observation.Persistent && (endless(s) || s.Lifetime.Duration() > sessionLike)
		if b.is(d) && lasts && (!ok || doubt != "" && b.doubt == "") {
			found, doubt, ok = s, b.doubt, true
		}
	}
	return found, doubt, ok
}

// knownToLast finds what the catalogue knows to outlive a session: the named
// item, or else any that the vendor sets today.
func knownToLast(d declaration) (catalog.Item, bool) {
	var items []catalog.Item
	vendor := ""
	switch {
	case d.vendor != nil:
		vendor = d.vendor.Vendor
	case d.entry.Name.Text != "":
		for _, name := range append([]policies.Pattern{d.entry.Name}, d.entry.Aliases...) {
			key := observation.Key{Kind: d.kind, Name: name.Text, Host: trimWildcard(d.entry.Host)}
			for _, e := range catalog.Default().Lookup(policies.Subject{Item: key, Party: d.entry.Party}) {
				items = append(items, e.Item)
			}
		}
	default:
		vendor = d.entry.Vendor
	}
	if v, found := catalog.Default().Vendor(vendor); found {
		for _, i := range v.Items {
			if !i.Retired && i.Kind == observation.Cookie && i.Certain == catalog.Documented {
				items = append(items, i)
			}
		}
	}
	for _, i := range items {
		if i.Lifetime.Max > sessionLike || i.Lifetime.Indefinite {
			return i, true
		}
	}
	return catalog.Item{}, false
}
