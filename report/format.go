package report

import (
	"io"
	"slices"
	"strings"

	"cookieaudit/policies/audit"
)

// Options say how to render. The zero value is useful.
type Options struct {
	Color bool // terminal colours
	// Width is the line length of text for people, 0 for 92.
	Width int
	// Version is that of this program.
	Version string
	// EvidencePath is where the evidence lies. Only text formats print it: a
	// file that is handed on must not tell of somebody's machine.
	EvidencePath string
	// Banner is a warning that every page of a report must carry, such as that
	// the audited site is a replica. "" for none.
	Banner string
	// Picture gives a screenshot of the evidence by its name, nil for one that is not
	// there. Formats that show pictures hold them, so that a report is one file. May
	// be nil.
	Picture func(name string) []byte
	// EveryRequest lists all requests that carried an item in its life, not the first
	// few of each phase.
	EveryRequest bool
	// PrintPDF turns the HTML report into a PDF. It needs a browser, so the
	// program that has one passes it in.
	PrintPDF func(html []byte) ([]byte, error)
}

// Format is one way to render an audit.
type Format struct {
	Name string // as given to --format
	Doc  string // one line
	Ext  string // of its files, with the dot
	// Render writes the whole report. It gives the same bytes for the same
	// audit and options.
	Render func(w io.Writer, a *audit.Audit, o Options) error
}

var formats []Format

func register(f Format) struct{} {
	formats = append(formats, f)
	return struct{}{}
}

// All lists the formats by name.
func All() []Format {
	all := slices.Clone(formats)
	slices.SortFunc(all, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup finds a format by name.
func Lookup(name string) (Format, bool) {
	for _, f := range formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
