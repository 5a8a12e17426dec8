package journey

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"cookieaudit/scanner/chrome"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
)

// ErrNotFound is returned where no visible element fits a target.
var ErrNotFound = errors.New("no visible element fits")

// errTarget is returned for a target that cannot be understood.
var errTarget = errors.New("is no valid target")

//go:embed find.js
var findJS string

// Find looks for the first visible element that fits a target, in every frame:
//
//	text=Cookie settings            visible text or accessible name, whole
//	label=Analytics                 a field by its label
//	role=button[name=Reject all]    by role and name, also in closed shadow roots
//	anything else                   a CSS selector; ">>>" steps into shadow roots
func Find(ctx context.Context, t *chrome.Tab, target string) (Element, error) {
	expression, err := expression(target)
	if err != nil {
		return Element{}, err
	}
	worlds, failed := t.Worlds(ctx)
	if ctx.Err() != nil {
		return Element{}, ctx.Err()
	}
	if len(worlds) == 0 {
		return Element{}, failed
	}
	for _, w := range worlds {
		node, err := w.Find(ctx, expression)
		if err != nil {
			if strings.Contains(err.Error(), "SyntaxError") {
				return Element{}, fmt.Errorf("%q %w: no such selector", target, errTarget)
			}
			// A frame may vanish while it is looked at; the page itself may not.
			if w.Top || chrome.Unanswered(err) {
				failed = err
			}
			continue
		}
		if node != 0 {
			return Element{w, node}, nil
		}
	}
	if role, name := roleAndName(target); name != "" {
		for _, w := range worlds {
			e, err := asReadOut(ctx, w, role, name)
			if err == nil {
				return e, nil
			}
			if chrome.Unanswered(err) {
				failed = err
			}
		}
	}
	if failed != nil {
		return Element{}, fmt.Errorf("target %q: the page did not answer: %w", target, failed)
	}
	return Element{}, fmt.Errorf("target %q: %w", target, ErrNotFound)
}

func expression(target string) (string, error) {
	by, what := "css", target
	for _, prefix := range []string{"text", "label", "role"} {
		if rest, ok := strings.CutPrefix(target, prefix+"="); ok {
			by, what = prefix, rest
		}
	}
	name := ""
	if by == "role" {
		if strings.Contains(what, "[name=") && !strings.HasSuffix(what, "]") {
			return "", fmt.Errorf("%q %w: want role=ROLE[name=NAME]", target, errTarget)
		}
		what, name = roleAndName(target)
	}
	args, err := json.Marshal([]string{by, what, name})
	if err != nil {
		return "", err
	}
	return "(" + findJS + ")(..." + string(args) + ")", nil
}

// roleAndName are the parts of role=ROLE[name=NAME], "" for those it has not.
func roleAndName(target string) (role, name string) {
	rest, ok := strings.CutPrefix(target, "role=")
	if !ok {
		return "", ""
	}
	role, name, _ = strings.Cut(rest, "[name=")
	return role, strings.Trim(strings.TrimSuffix(name, "]"), `"'`)
}

// asReadOut finds an element of a frame as screen readers do, who see into closed
// shadow roots.
func asReadOut(ctx context.Context, w *chrome.World, role, name string) (Element, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	tree, err := cdp.Call(ctx, w.Session, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{FrameID: w.Frame})
	if err != nil {
		return Element{}, err
	}
	says := func(v *accessibility.Value, want string) bool {
		var s string
		return v != nil && json.Unmarshal(v.Value, &s) == nil && strings.EqualFold(strings.Join(strings.Fields(s), " "), want)
	}
	for _, n := range tree.Nodes {
		if e := (Element{w, n.BackendDOMNodeID}); !n.Ignored && says(n.Role, role) && says(n.Name, name) && e.Visible(ctx) {
			return e, nil
		}
	}
	return Element{}, ErrNotFound
}
