package journey

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"cookieaudit/scanner/chrome"
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
//	role=button[name=Reject all]    by role and name
//	anything else                   a CSS selector; ">>>" steps into shadow roots
func Find(ctx context.Context, t *chrome.Tab, target string) (Element, error) {
	worlds, err := t.Worlds(ctx)
	if err != nil {
		return Element{}, err
	}
	expression, err := expression(target)
	if err != nil {
		return Element{}, err
	}
	var failed error
	for _, w := range worlds {
		node, err := w.Find(ctx, expression)
		if err != nil {
			if strings.Contains(err.Error(), "SyntaxError") {
				return Element{}, fmt.Errorf("%q %w: no such selector", target, errTarget)
			}
			// A frame may vanish while it is looked at; the page itself may not.
			if w.Top {
				failed = err
			}
			continue
		}
		if node != 0 {
			return Element{w, node}, nil
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
		role, rest, ok := strings.Cut(what, "[name=")
		if ok && !strings.HasSuffix(rest, "]") {
			return "", fmt.Errorf("%q %w: want role=ROLE[name=NAME]", target, errTarget)
		}
		what, name = role, strings.Trim(strings.TrimSuffix(rest, "]"), `"'`)
	}
	args, err := json.Marshal([]string{by, what, name})
	if err != nil {
		return "", err
	}
	return "(" + findJS + ")(..." + string(args) + ")", nil
}
