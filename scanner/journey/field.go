package journey

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"cookieaudit/scanner/observation"
)

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// OnlyVariable reports whether a value is nothing but the name of a variable.
func OnlyVariable(value string) bool { return variable.FindString(value) == value }

// Variables are the names of the environment variables that steps take values
// from.
func Variables(steps []observation.Step) []string {
	var out []string
	for _, s := range steps {
		for _, m := range variable.FindAllStringSubmatch(s.Value, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// Typed are the values that steps will type into fields. Those whose variables are not
// set are left out.
func Typed(steps []observation.Step, env func(string) string) []string {
	var out []string
	for _, s := range steps {
		if text, err := (Runner{Env: env}).value(s.Value); s.Fill != "" && err == nil {
			out = append(out, text)
		}
	}
	return out
}

// value fills in what comes from the environment.
func (r Runner) value(text string) (string, error) {
	missing := ""
	out := variable.ReplaceAllStringFunc(text, func(m string) string {
		name := variable.FindStringSubmatch(m)[1]
		v := ""
		if r.Env != nil {
			v = r.Env(name)
		}
		if v == "" {
			missing = name
		}
		return v
	})
	if missing != "" {
		return "", fmt.Errorf("the environment variable %s is not set", missing)
	}
	return out, nil
}

// fill empties a field and types into it. The focus stays there, as a visitor's
// does: the field's change event comes when it leaves.
func (r Runner) fill(ctx context.Context, target, raw string, commit func()) error {
	text, err := r.value(raw)
	if err != nil {
		return err
	}
	e, err := r.find(ctx, target)
	if err != nil {
		return err
	}
	var state string
	if err := e.on(ctx, "ready", &state); err != nil {
		return err
	}
	if state != "" {
		return errors.New("the field " + state)
	}
	if r.Typed != nil {
		r.Typed(target, text)
	}
	commit()
	if err := r.Tab.Context().Clock.Type(ctx, r.Tab, text); err != nil {
		return err
	}
	// A field may cut, reshape or refuse what is typed.
	var held string
	if err := e.on(ctx, "held", &held); err != nil {
		return err
	}
	if held == "" && text != "" {
		return errors.New("the field took nothing of what was typed")
	}
	if held != text && r.Typed != nil {
		r.Typed(target, held)
	}
	return r.quiet(ctx)
}

// choose takes an option of a list, by its text or value.
func (r Runner) choose(ctx context.Context, target, raw string, commit func()) error {
	option, err := r.value(raw)
	if err != nil {
		return err
	}
	e, err := r.find(ctx, target)
	if err != nil {
		return err
	}
	commit()
	var found bool
	if err := e.on(ctx, "choose", &found, option); err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the list has no option %q", raw) // as written: it may be a secret
	}
	return r.quiet(ctx)
}
