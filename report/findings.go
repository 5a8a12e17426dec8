package report

import (
	"cmp"
	"io"
	"slices"

	"cookieaudit/policies/audit"
)

var _ = register(Format{
	Name:   "findings",
	Doc:    "CSV table of the findings",
	Ext:    ".csv",
	Render: renderFindings,
})

// findingsHeader is a contract like inventoryHeader.
var findingsHeader = []string{
	"rule", "severity", "certainty", "choice", "phase", "kind", "name", "host", "page", "message", "fix", "service",
	"country_told", "country_seen", "time_zone", "locale", "accept_language", "device",
	"site", "scanned", "evidence", "law", "fails", "fingerprint",
}

func renderFindings(w io.Writer, a *audit.Audit, _ Options) error {
	rows := make([][]string, 0, len(a.Findings))
	for _, f := range a.Findings {
		rows = append(rows, slices.Concat([]string{
			f.Rule, string(f.Severity), string(f.Evidence), string(f.Choice), string(f.Phase), string(f.Item.Kind),
			cmp.Or(f.Item.Name, f.Name), f.Item.Hostname(), f.Page, f.Message, f.Fix, f.Service,
		}, vantageCells(a.Evidence), scanCells(a), []string{string(f.Law), onlyTrue(f.Fails(a.FailOn)), f.Fingerprint}))
	}
	return writeTable(w, findingsHeader, rows)
}
