package audittest

import (
	"fmt"
	"strconv"
	"strings"

	"cookieaudit/scanner/observation"
)

// asked is the newest attempt or look, nil where there is none.
func (w *writer) asked() *observation.Consent {
	for i := len(w.records) - 1; i >= 0; i-- {
		if c := w.records[i].Consent; c != nil {
			return c
		}
	}
	return nil
}

// layer is the layer that is being described: the newest one.
func (w *writer) layer() (*observation.Dialog, error) {
	c := w.asked()
	if c == nil || c.Dialog == nil {
		return nil, fmt.Errorf("no dialog before it")
	}
	if n := len(c.Further); n > 0 {
		return &c.Further[n-1], nil
	}
	return c.Dialog, nil
}

// measured says what was measured of a layer.
func (w *writer) measured(args []string, opts map[string]string) error {
	d, err := w.layer()
	if err != nil {
		return err
	}
	d.Looked, d.Named, d.Locked = true, has(args, "named"), has(args, "locked")
	d.Policy, d.Text = opts["policy"], opts["text"]
	if v, ok := opts["covers"]; ok {
		d.Covers, err = strconv.ParseFloat(v, 64)
	}
	return err
}

// further begins a layer behind the one before.
func (w *writer) further() error {
	c := w.asked()
	if c == nil || c.Dialog == nil {
		return fmt.Errorf("no dialog before it")
	}
	c.Further = append(c.Further, observation.Dialog{Layer: len(c.Further) + 2})
	return nil
}

// control adds a control with its looks to the layer.
func (w *writer) control(args []string, opts map[string]string) error {
	d, err := w.layer()
	if err != nil {
		return err
	}
	k := observation.Control{As: args[0], Role: "button", Text: opts["text"], Name: opts["name"], Category: opts["category"], Fixed: has(args, "fixed"), Interest: has(args, "interest")}
	looks := observation.Looks{Link: has(args, "link"), Weight: 400, Font: 16, Tab: 1}
	for name, v := range opts {
		var err error
		switch name {
		case "size":
			width, height, _ := strings.Cut(v, "x")
			if looks.Width, err = strconv.Atoi(width); err == nil {
				looks.Height, err = strconv.Atoi(height)
			}
		case "font":
			looks.Font, err = strconv.ParseFloat(v, 64)
		case "contrast":
			looks.Contrast, err = strconv.ParseFloat(v, 64)
		case "standout":
			looks.Standout, err = strconv.ParseFloat(v, 64)
		case "tab":
			looks.Tab, err = strconv.Atoi(v)
		case "text", "name", "category":
		default:
			err = fmt.Errorf("unknown option %q", name)
		}
		if err != nil {
			return err
		}
	}
	switch args[0] {
	case "on", "off":
		k.Role = "switch"
	default:
		if opts["size"] != "" {
			k.Looks = &looks
		}
	}
	d.Controls = append(d.Controls, k)
	return nil
}
