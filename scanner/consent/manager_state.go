package consent

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
)

// ask evaluates an expression in the page's own world. V8 ends it at the first
// step that would change anything of the page, so that asking leaves no trace.
func ask(ctx context.Context, t *chrome.Tab, expression string, out any) error {
	return evaluate(ctx, t, expression, true, out)
}

// askLimit bounds one question to a page whose answer may never come.
const askLimit = 2 * time.Second

func evaluate(ctx context.Context, t *chrome.Tab, expression string, pure bool, out any) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	yes := true
	limit := runtime.TimeDelta(askLimit.Milliseconds() / 2)
	r, err := cdp.Call(ctx, t.Session, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ReturnByValue: &yes, ThrowOnSideEffect: &pure, Timeout: limit,
	})
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil:
		return errors.New("the page's script threw an exception")
	case out == nil || r.Result == nil || len(r.Result.Value) == 0:
		return nil
	case len(r.Result.Value) > maxRecord:
		return errForm
	}
	return json.Unmarshal(r.Result.Value, out)
}

//go:embed manager.js
var managerJS string

// call runs one of manager.js's functions in an isolated world of the main frame.
func call(ctx context.Context, t *chrome.Tab, function string, out any, args ...any) error {
	w, err := t.Main(ctx)
	if err != nil {
		return err
	}
	list, err := json.Marshal(args)
	if err != nil {
		return err
	}
	return w.Eval(ctx, "(()=>{"+managerJS+"\nreturn "+function+"(..."+string(list)+")})()", out)
}

// Detect finds the consent managers of the tab's page by the addresses of
// scripts that it loaded, by globals and by markup. They are sorted by name.
func Detect(ctx context.Context, t *chrome.Tab) ([]Manager, error) {
	all, err := Managers()
	if err != nil {
		return nil, err
	}
	var selectors, globals []string
	for _, m := range all {
		selectors = append(selectors, strings.Join(m.Markup, ","))
		globals = append(globals, globalsExpression(m.Globals))
	}
	var seen struct {
		Scripts []string
		Markup  []bool
	}
	if err := call(ctx, t, "look", &seen, selectors); err != nil {
		return nil, fmt.Errorf("look for consent managers: %w", err)
	}
	var there []bool
	// A page that breaks its own window still has scripts and markup.
	_ = ask(ctx, t, "["+strings.Join(globals, ",")+"]", &there)
	var out []Manager
	for i, m := range all {
		if slices.ContainsFunc(seen.Scripts, m.loads) || i < len(seen.Markup) && seen.Markup[i] || i < len(there) && there[i] {
			out = append(out, m)
		}
	}
	return out, nil
}

// globalsExpression is true where one of the dotted paths leads to something
// that is no element: ids of elements are properties of the window too.
func globalsExpression(paths []string) string {
	var any []string
	for _, p := range paths {
		v := "window." + strings.ReplaceAll(p, ".", "?.")
		any = append(any, "("+v+"!=null&&!("+v+" instanceof Element)&&!("+v+" instanceof HTMLCollection))")
	}
	if len(any) == 0 {
		return "false"
	}
	return "(()=>{try{return " + strings.Join(any, "||") + "}catch{return false}})()"
}

// stored is one item that a manager may have written.
type stored struct{ Name, Value string }

// State is what the manager has on record of the visitor's choice now: its
// cookies and storage, else its own script. ok is false where it has nothing. A
// record that cannot be read is a signal with an error, which holds no part of it.
func (m Manager) State(ctx context.Context, t *chrome.Tab) (s observation.Signal, ok bool, err error) {
	for _, kind := range m.kinds() {
		items, err := m.items(ctx, t, kind)
		if err != nil {
			return s, false, fmt.Errorf("read the record of %s: %w", m.Name, err)
		}
		if s, ok := m.read(kind, items); ok {
			m.fix(ctx, t, &s)
			return s, true, nil
		}
	}
	if m.Script == "" {
		return s, false, nil
	}
	var state map[string]any
	s = observation.Signal{Kind: observation.SignalManager, Source: "script", Name: m.Name}
	err = ask(ctx, t, "(()=>{try{return "+m.Script+"}catch{}})()", &state)
	switch {
	case ctx.Err() != nil:
		return s, false, ctx.Err()
	case err != nil:
		s.Error = "its script cannot be asked without changing the page"
		return s, true, nil
	case len(state) == 0:
		return s, false, nil
	}
	s.Says = Record{Free: true}.object(state)
	return s, len(s.Says) > 0, nil
}

// fix tells of those parts that nobody can switch off that they are necessary.
func (m Manager) fix(ctx context.Context, t *chrome.Tab, s *observation.Signal) {
	if m.Fixed == "" {
		return
	}
	var fixed []string
	_ = ask(ctx, t, "(()=>{try{return "+m.Fixed+"}catch{return []}})()", &fixed) // none where it cannot be asked
	for i, say := range s.Says {
		if slices.ContainsFunc(fixed, func(name string) bool { return presentable(name) == say.Of }) {
			s.Says[i].Category = "necessary"
		}
	}
}

// kinds are the kinds of storage of the manager's records, in the catalogue's
// order.
func (m Manager) kinds() []observation.Kind {
	var out []observation.Kind
	for _, r := range m.Records {
		if !slices.Contains(out, r.Kind) {
			out = append(out, r.Kind)
		}
	}
	return out
}

// items are the stored items of a kind that the manager's records name, sorted.
func (m Manager) items(ctx context.Context, t *chrome.Tab, kind observation.Kind) ([]stored, error) {
	var names []string
	for _, r := range m.Records {
		for _, p := range []*regexp.Regexp{r.Name.Regexp, r.Chosen.Regexp} {
			if r.Kind == kind && p != nil {
				names = append(names, p.String())
			}
		}
	}
	var out []stored
	if kind != observation.Cookie {
		if err := call(ctx, t, "items", &out, string(kind), names, maxRecord); err != nil {
			return nil, err
		}
		return out, nil
	}
	fits, err := regexp.Compile(strings.Join(names, "|"))
	if err != nil {
		return nil, err
	}
	page, err := url.Parse(t.URL())
	if err != nil {
		return nil, err
	}
	jar, err := t.Context().Cookies(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range jar {
		if fits.MatchString(c.Name) && covers(c.Domain, page.Hostname()) {
			out = append(out, stored{c.Name, c.Value})
		}
	}
	slices.SortFunc(out, func(a, b stored) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value)) })
	return out, nil
}

// covers reports whether a cookie of a domain is sent to a host.
func covers(domain, host string) bool {
	d := strings.TrimPrefix(domain, ".")
	return host == d || d != domain && strings.HasSuffix(host, "."+d)
}

// read reads all records of one kind among the items. ok is false where none is
// there, or none holds a choice.
func (m Manager) read(kind observation.Kind, items []stored) (s observation.Signal, ok bool) {
	s = observation.Signal{Kind: observation.SignalManager, Name: m.Name}
	var names []string
	for _, r := range m.Records {
		if r.Kind != kind {
			continue
		}
		chosen := r.Chosen.Regexp == nil || slices.ContainsFunc(items, func(i stored) bool { return r.Chosen.MatchString(i.Name) })
		for _, i := range items {
			if !r.Name.MatchString(i.Name) {
				continue
			}
			says, err := r.decode(i.Value)
			if errors.Is(err, errUnchosen) {
				continue
			}
			if name := itemName(i.Name); !slices.Contains(names, name) {
				names = append(names, name)
			}
			if err != nil {
				s.Error = err.Error()
				continue
			}
			for _, say := range says {
				if !chosen {
					say.Value = observation.StanceUnset
				}
				if len(s.Says) < maxSayings && !slices.Contains(s.Says, say) {
					s.Says = append(s.Says, say)
				}
			}
		}
	}
	if len(s.Says) > 0 {
		s.Error = ""
	}
	s.Source = string(kind) + " " + strings.Join(names[:min(len(names), 6)], ", ")
	return s, len(names) > 0
}

// Reopen opens the manager's settings again by its script, which no visitor can
// do. ok is false where it has none, or its script does not let itself be called.
func (m Manager) Reopen(ctx context.Context, t *chrome.Tab) (ok bool, err error) {
	if m.Way.Script == "" {
		return false, nil
	}
	err = evaluate(ctx, t, "(()=>{try{"+m.Way.Script+";return true}catch{return false}})()", false, &ok)
	return ok, err
}

// Country is the country that the manager takes the visitor to be in (ISO
// 3166-1), "" where it tells none.
func (m Manager) Country(ctx context.Context, t *chrome.Tab) (string, error) {
	if m.Geo == "" {
		return "", nil
	}
	var told any
	if err := ask(ctx, t, "(()=>{try{return "+m.Geo+"}catch{}})()", &told); err != nil {
		return "", ctx.Err() // one that cannot be asked tells nothing
	}
	code, _ := told.(string)
	code = strings.ToUpper(code)
	if !countryCode.MatchString(code) {
		return "", nil
	}
	return code, nil
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// Named is the manager of the catalogue with a name.
func Named(name string) (Manager, bool) {
	all, err := Managers()
	i := slices.IndexFunc(all, func(m Manager) bool { return m.Name == name })
	if err != nil || i < 0 {
		return Manager{}, false
	}
	return all[i], true
}
