package rules

import (
	"net/url"
	"slices"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// walk is a leg as it went.
type walk struct {
	choice observation.Choice
	pages  []observation.Page
	acts   []observation.Done
}

// walks are the legs that count, by ID.
func walks(p *audit.Pass) map[string]*walk {
	out := map[string]*walk{}
	for _, v := range p.Observation.Visits {
		for _, l := range v.Legs {
			if !p.Repeated(l.ID) {
				out[l.ID] = &walk{choice: v.Choice}
			}
		}
		for _, page := range v.Pages {
			if w := out[page.Leg]; w != nil {
				w.pages = append(w.pages, page)
			}
		}
		for _, a := range v.Acts {
			if w := out[a.Leg]; w != nil {
				w.acts = append(w.acts, a)
			}
		}
	}
	return out
}

// acts are all acts of the legs that count, in the order of the visits.
func acts(p *audit.Pass) []observation.Done {
	var out []observation.Done
	for _, v := range p.Observation.Visits {
		for _, a := range v.Acts {
			if !p.Repeated(a.Leg) {
				out = append(out, a)
			}
		}
	}
	return out
}

// held reports whether one of the conditions was met when a write came. A step
// that failed counts too: its input may have been sent, so that nobody can say
// that the write came before it.
func (w *walk) held(when []policies.Condition, by observation.Write) bool {
	return slices.ContainsFunc(when, func(c policies.Condition) bool {
		if c.Step == "" {
			return w.openedBefore(c.Page, by.Page)
		}
		if c.Consents() && by.Phase != observation.Before && w.choice != observation.Reject && w.choice != observation.Close {
			return true
		}
		return slices.ContainsFunc(w.acts, func(a observation.Done) bool {
			return slices.Contains(a.Names, c.Step) && a.Begun < by.Seq
		})
	})
}

// openedBefore: the page, or one that was opened before it, fits a path. It is
// taken to where the page's own record is missing, since a page is recorded when
// it is left: the scan was interrupted, or the browser died.
func (w *walk) openedBefore(path, page string) bool {
	last := slices.IndexFunc(w.pages, func(p observation.Page) bool { return p.ID == page })
	if last < 0 {
		return true
	}
	return slices.ContainsFunc(w.pages, func(p observation.Page) bool {
		return p.Opened <= w.pages[last].Opened && (onPath(path, p.URL) || onPath(path, p.Final))
	})
}

// onPath reports whether an address fits a path pattern of a policy.
func onPath(path, address string) bool {
	pattern, err := policies.ParsePattern(path)
	if err != nil || address == "" {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (pattern.Match(u.Path) || pattern.Match(address))
}

// bound is an item and the declaration that is about it.
type bound struct {
	declaration
	group []audit.Sighting
	// doubt is what else must be known before it can be held against the site.
	doubt string
	// changed: it outlived its end under another value.
	changed bool
}

// boundItems are the items that one declaration is about. Where several
// descriptions fit an item alike, nobody can say which is meant.
func boundItems(p *audit.Pass) []bound {
	var out []bound
	for _, g := range audit.Items(p.Judged()) {
		b := bound{declaration: declarationOf(g[0]), group: g}
		switch g[0].Match.Step {
		case policies.MatchedEntry, policies.MatchedVendor:
		case policies.MatchedDescribed:
			if len(g[0].Match.Rivals) > 0 {
				continue
			}
			b.doubt = "It is taken for what the policy only describes."
		default:
			continue
		}
		out = append(out, b)
	}
	return out
}

// weigh makes a finding in doubt a question to a person.
func (b bound) weigh(f *audit.Finding) {
	if b.doubt != "" {
		f.Severity, f.Evidence = audit.Medium, audit.HeuristicEvidence
		f.Message += " " + b.doubt + " A person must decide."
	}
}
