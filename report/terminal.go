package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"cookieaudit/policies/audit"
)

// terminal lays out lines for people: wrapped, indented, in colour if asked
// for. What it is given must be legible; see there.
type terminal struct {
	bytes.Buffer
	width int
	color bool
}

func newTerminal(o Options) *terminal {
	t := &terminal{width: o.Width, color: o.Color}
	if t.width <= 0 {
		t.width = 92
	}
	t.width = max(t.width, 40)
	return t
}

// style is a terminal's colour code.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	yellow style = "33"
	blue   style = "36"
	alarm  style = "1;97;41"
)

var severityStyle = map[audit.Severity]style{
	audit.Critical: red, audit.High: red, audit.Medium: yellow, audit.Low: blue, audit.Info: dim,
}

func (t *terminal) paint(s style, text string) string {
	if !t.color || s == plain {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func (t *terminal) blank() { t.WriteByte('\n') }

// heading starts a section.
func (t *terminal) heading(text string) {
	t.blank()
	t.WriteString(t.paint(bold, strings.ToUpper(text)) + "\n")
}

// text writes a paragraph.
func (t *terminal) text(indent int, text string) { t.item(indent, plain, "", text) }

// item writes a paragraph with a lead, whose further lines hang below its text.
func (t *terminal) item(indent int, s style, lead, text string) {
	pad := strings.Repeat(" ", indent)
	hang := pad
	if lead != "" {
		n := utf8.RuneCountInString(lead) + 1
		hang += strings.Repeat(" ", n)
		pad += t.paint(s, lead) + " "
	}
	for i, l := range wrap(text, t.width-utf8.RuneCountInString(hang)) {
		if i == 0 {
			t.WriteString(strings.TrimRight(pad+l, " ") + "\n")
		} else {
			t.WriteString(hang + l + "\n")
		}
	}
}

// painted writes a paragraph in one style.
func (t *terminal) painted(s style, text string) {
	for _, l := range wrap(text, t.width) {
		t.WriteString(t.paint(s, l) + "\n")
	}
}

// wrap breaks at spaces. A longer word, such as a URL, stays whole: broken it
// could not be copied.
func wrap(text string, width int) []string {
	lines := []string{""}
	n := 0
	for _, w := range strings.Fields(text) {
		size := utf8.RuneCountInString(w)
		last := len(lines) - 1
		switch {
		case n == 0:
			lines[last], n = w, size
		case n+1+size > width:
			lines, n = append(lines, w), size
		default:
			lines[last], n = lines[last]+" "+w, n+1+size
		}
	}
	return lines
}
