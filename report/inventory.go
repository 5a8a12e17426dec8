package report

import (
	"io"
	"slices"
	"strconv"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

var _ = register(Format{
	Name:   "inventory",
	Doc:    "CSV table of every item in every choice and phase",
	Ext:    ".csv",
	Render: renderInventory,
})

// inventoryHeader is a contract with spreadsheets and scripts: columns may be
// added at the end, never renamed.
var inventoryHeader = []string{
	"choice", "phase", "kind", "name", "host", "path", "partition", "party", "setter_party", "persistence",
	"lifetime_seconds", "http_only", "secure", "same_site", "present_at_end", "deleted", "declared", "category",
	"vendor", "set_how", "set_by", "first_page", "first_seen_ms", "writes", "service",
	"runs", "fast_only", "left_out",
	"country_told", "country_seen", "time_zone", "locale", "accept_language", "device",
	"site", "scanned", "evidence",
	"outcome",
}

func renderInventory(w io.Writer, a *audit.Audit, _ Options) error {
	rows := make([][]string, 0, len(a.Sightings))
	for _, s := range a.Sightings {
		rows = append(rows, slices.Concat(inventoryRow(s, a.Evidence.Runs), vantageCells(a.Evidence), scanCells(a), []string{string(outcomeOf(a, s))}))
	}
	return writeTable(w, inventoryHeader, rows)
}

func inventoryRow(s audit.Sighting, runs int) []string {
	how, by := setBy(s)
	return []string{
		string(s.Choice), string(s.Phase), string(s.Item.Kind), s.Item.Name, s.Item.Hostname(), s.Item.Path,
		s.Item.Partition, string(s.Party), string(s.SetterParty), string(s.Lifetime.Persistence),
		lifetimeSeconds(s.Lifetime), strconv.FormatBool(s.Attrs.HTTPOnly), strconv.FormatBool(s.Attrs.Secure),
		s.Attrs.SameSite, strconv.FormatBool(s.AtEnd), strconv.FormatBool(s.Deleted), s.Declared, category(s),
		s.Vendor, string(how), by, s.Page, strconv.FormatInt(s.Seen, 10), strconv.Itoa(s.Writes),
		s.Sighting.Service, runsOf(s, runs), onlyTrue(s.FastOnly), onlyTrue(s.Unstable),
	}
}

// outcomeOf is the outcome of a sighting's choice, "" where none was to be made.
func outcomeOf(a *audit.Audit, s audit.Sighting) observation.Outcome {
	for _, v := range a.Visits {
		if v.Choice == s.Choice && v.Service == s.Sighting.Service {
			return v.Outcome
		}
	}
	return ""
}

// onlyTrue is "true" or nothing: most rows have nothing to say here.
func onlyTrue(b bool) string {
	if b {
		return "true"
	}
	return ""
}

// setBy is how and by whom an item was first written in its phase. Nobody saw
// the write of an item that was only found at rest.
func setBy(s audit.Sighting) (observation.Via, string) {
	if s.First == nil {
		return observation.ViaUnknown, ""
	}
	return s.First.Via, s.First.By.URL
}

// category is the sighting's category; a storage test of a script has one of
// its own, since it serves no purpose that a policy could declare.
func category(s audit.Sighting) string {
	if s.Probe {
		return "probe"
	}
	return string(s.Category)
}

func lifetimeSeconds(l observation.Lifetime) string {
	if l.Seconds <= 0 {
		return ""
	}
	return strconv.FormatInt(l.Seconds, 10)
}
