package report

import (
	"encoding/csv"
	"io"
	"strings"

	"cookieaudit/policies/audit"
)

// vantageCells tell where the scan looked from: country_told, country_seen,
// time_zone, locale, accept_language, device. They stand in every row, so that
// tables of scans from several places can be put into one sheet.
func vantageCells(e audit.EvidenceRef) []string {
	v := e.Vantage
	return []string{v.CountryTold, v.CountrySeen, v.TimeZone, v.Locale, v.AcceptLanguage, e.Job.Device}
}

// scanCells tell which scan a row is from: site, scanned, evidence. Rows of several
// scans in one sheet can be told apart, and led back to their evidence.
func scanCells(a *audit.Audit) []string {
	return []string{a.Site, instant(a.Evidence.Started), a.Evidence.SHA256}
}

// writeTable writes CSV that a spreadsheet opens without running any of it.
func writeTable(w io.Writer, header []string, rows [][]string) error {
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cell(c)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// formula are the first characters that make a spreadsheet compute a cell; the
// wide forms count in East Asian versions.
const formula = "=+-@\t\r\n＝＋－＠"

// cell guards a cell: a leading apostrophe makes it text.
func cell(s string) string {
	guarded := s != "" && strings.ContainsRune(formula, []rune(s)[0])
	s = Legible(s)
	if guarded {
		return "'" + s
	}
	return s
}
