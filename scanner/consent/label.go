package consent

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/journey"
)

//go:embed label.js
var labelJS string

// labelled are the boxes and radio buttons of a frame that are not drawn: screen
// readers do not know them, and a visitor turns them by their labels.
func (f *finder) labelled(ctx context.Context, w *chrome.World) ([]*control, error) {
	var found []struct {
		Role, Name        string
		Checked, Disabled bool
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
		c := &control{element: journey.Element{World: w, Node: node}, role: l.Role, name: l.Name, checked: l.Checked, disabled: l.Disabled, undrawn: true}
		out = append(out, c)
	}
	out, err := inspect(ctx, w, out)
	for _, c := range out {
		c.sort(f.words)
	}
	return out, err
}
