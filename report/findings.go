package report

import (
	"cmp"
	"io"

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
}

func renderFindings(w io.Writer, a *audit.Audit, _ Options) error {
	rows := make([][]string, 0, len(a.Findings))
	for _, f := range a.Findings {
		rows = append(rows, append([]string{
			f.Rule, string(f.Severity), string(f.Evidence), string(f.Choice), string(f.Phase), string(f.Item.Kind),
			cmp.Or(f.Item.Name, f.Name), f.Item.Hostname(), f.Page, f.Message, f.Fix, f.Service,
		}, vantageCells(a.Evidence)...))
	}
	return writeTable(w, findingsHeader, rows)
}
