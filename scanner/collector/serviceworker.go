package collector

import (
	"context"
	_ "embed"
	"maps"
	"slices"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/serviceworker"
)

//go:embed serviceworker.js
var serviceWorkerJS string

// registrations are a context's service workers as the browser tells them. It
// does not tell their partition.
type registrations struct {
	holdings
	scopes  map[serviceworker.RegistrationID]string // address of the scope
	scripts map[serviceworker.RegistrationID]string // that came to be installed
	fetched map[string]bool                         // scripts that were asked for
}

// A service-worker item is a registration, named by the path of its scope; its
// script is its part.
var _ = register(func(l *Log) Collector {
	r := &registrations{
		holdings{l, observation.ServiceWorker},
		map[serviceworker.RegistrationID]string{}, map[serviceworker.RegistrationID]string{}, map[string]bool{},
	}
	return Collector{
		Kind: r.kind,
		Commands: func(s *chrome.Session) []chrome.Command {
			if s.Type != chrome.PageTarget {
				return nil
			}
			return []chrome.Command{{Method: "ServiceWorker.enable"}}
		},
		Script:   serviceWorkerJS,
		Call:     r.call,
		On:       r.on,
		Snapshot: r.read,
		Frozen:   true,
	}
})

func (r *registrations) call(c scriptCall) {
	_, _, scope := split(c.Name)
	switch c.Op {
	case "register":
		r.log.traffic.started(c.Value, c)
		c.Value = ""
		r.set(c, scope)
	case "unregister":
		r.remove(c, scope)
	}
}

func (r *registrations) on(e chrome.Event) {
	switch e.Method {
	case "ServiceWorker.workerRegistrationUpdated":
		var p serviceworker.EventWorkerRegistrationUpdated
		if e.Decode(&p) != nil {
			return
		}
		for _, g := range p.Registrations {
			if g.IsDeleted {
				delete(r.scopes, g.RegistrationID)
				continue
			}
			r.scopes[g.RegistrationID] = g.ScopeURL
		}
	case "ServiceWorker.workerVersionUpdated":
		var p serviceworker.EventWorkerVersionUpdated
		if e.Decode(&p) != nil {
			return
		}
		for _, v := range p.Versions {
			if !r.fetched[v.ScriptURL] {
				r.fetched[v.ScriptURL] = true
				r.log.traffic.fetched(v.ScriptURL)
			}
			// One whose script cannot be had never gets beyond new.
			if v.Status != serviceworker.VersionStatusNew && v.Status != serviceworker.VersionStatusRedundant {
				r.scripts[v.RegistrationID] = v.ScriptURL
			}
		}
	}
}

// read lists the registrations of the places' origins. One that a script was seen
// making is where the script was; any other is taken for its origin's own.
func (r *registrations) read(_ context.Context, t *chrome.Tab, places []place) ([]Rest, error) {
	var out []Rest
	t.Context().Do(func() {
		for _, p := range places {
			if p.again {
				continue
			}
			rest := p.rest(r.kind)
			for _, id := range slices.Sorted(maps.Keys(r.scopes)) {
				scheme, host, path := split(r.scopes[id])
				if r.scripts[id] == "" {
					continue
				}
				if at := storageKey(scheme + "://" + host); at.Hostname() != p.at.Hostname() {
					continue
				}
				item := p.item(r.kind, path)
				if _, seen := r.log.present[item]; !seen && p.at.Partition != "" {
					continue
				}
				rest.Items = append(rest.Items, RestItem{Item: item, Parts: []string{r.log.redact.URL(r.scripts[id])}})
			}
			out = append(out, rest)
		}
	})
	return out, nil
}
