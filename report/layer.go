package report

import (
	"encoding/base64"
	"fmt"
	"html/template"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// layerView is a layer of the consent dialog with its picture.
type layerView struct {
	observation.Dialog
	Image template.URL // "" where there is none
}

// layers are the layers of the dialog before anything was chosen: the first as
// the first visit saw it, those behind it as the visit that opened most read them.
func layers(a *audit.Audit, o Options) []layerView {
	var first *observation.Dialog
	var further []observation.Dialog
	for _, v := range a.Visits {
		for _, c := range v.Consents {
			if c.Choice == observation.Withdraw {
				continue
			}
			if c.Found && c.Dialog != nil && (first == nil || !first.Looked && c.Dialog.Looked) {
				first = c.Dialog
			}
			if len(c.Further) > len(further) {
				further = c.Further
			}
		}
	}
	if first == nil || !first.Looked {
		return nil // an older observation: the visits tell of their dialogs
	}
	var out []layerView
	for _, d := range append([]observation.Dialog{*first}, further...) {
		out = append(out, layerView{Dialog: d, Image: image(d.Picture, o)})
	}
	return out
}

// image holds a picture in the report itself.
func image(name string, o Options) template.URL {
	if name == "" || o.Picture == nil {
		return ""
	}
	png := o.Picture(name)
	if len(png) == 0 {
		return ""
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

// ratio is a contrast, as WCAG writes it.
func ratio(f float64) string {
	if f == 0 {
		return "not known"
	}
	return fmt.Sprintf("%.1f : 1", f)
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", 100*f) }
