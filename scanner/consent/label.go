package consent

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
)

//go:embed label.js
var labelJS string

// unspoken are controls of a frame that screen readers do not know and a visitor sees:
// boxes and radio buttons that are not drawn, which are turned by their labels, and
// what stands in a box marked aria-hidden.
func (f *finder) unspoken(ctx context.Context, w *chrome.World) ([]*control, error) {
	var found []struct {
		Role, Name                 string
		Checked, Disabled, Undrawn bool
	}
	if err := w.Eval(ctx, strings.Replace(labelJS, "SEEN", seenJS, 1), &found); err != nil {
		return nil, err
	}
	var out []*control
	for i, l := range found {
		node, err := w.Find(ctx, fmt.Sprintf("globalThis.__labels[%d]", i))
		if err != nil {
			return nil, err
		}
		c := &control{element: journey.Element{World: w, Node: node}, role: l.Role, name: l.Name, checked: l.Checked, disabled: l.Disabled, undrawn: l.Undrawn}
		c.class = f.words.classify(c.name)
		if c.role == "link" && c.class == NoClass {
			continue
		}
		out = append(out, c)
	}
	out, err := inspect(ctx, w, out)
	// What lies under a dialog is often marked so, and is out of use until that goes.
	out = slices.DeleteFunc(out, func(c *control) bool { return !c.undrawn && c.info.Covered })
	for _, c := range out {
		f.read(c)
	}
	return out, err
}
