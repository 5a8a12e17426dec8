package consent_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"
	cases "cookieaudit/testdata/sites/consent"

	"github.com/google/go-cmp/cmp"
)

var (
	someDialogs = flag.String("dialog", "*", "names of the home-made dialogs that are operated, as a glob")
	long        = flag.Bool("long", false, "make every choice in every home-made dialog, and in every package of the managers")
)

// wrongAllowed is how many choices of all home-made dialogs may go wrong. None may
// consent where it was told not to.
const wrongAllowed = 1

// Every choice in every home-made dialog leaves behind what the site's own record
// must say, and nothing is consented to that was not asked for.
func TestDialogs(t *testing.T) {
	t.Parallel()
	all, err := cases.Cases()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wrong []string
	made := 0
	t.Run("all", func(t *testing.T) {
		for i, c := range all {
			if fits, _ := path.Match(*someDialogs, c.Name); !fits || !*long && *someDialogs == "*" && met(c) && i%sample != 0 {
				continue
			}
			c.Mount(scantest.Server(t))
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				page := openCase(t, c)
				wants := choices(c)
				for _, choice := range slices.Sorted(maps.Keys(wants)) {
					if !*long && repeats(c, choice, wants[choice]) {
						continue
					}
					t.Run(string(choice), func(t *testing.T) {
						if strings.HasPrefix(c.Name, "frame-") {
							page = openCase(t, c) // sessions of nested frames outlive their page
						}
						faults, harm := page.operate(t, choice, wants[choice])
						mu.Lock()
						defer mu.Unlock()
						made++
						if harm {
							t.Errorf("%s: consent was given that nobody asked for: %s", c.Doc, strings.Join(faults, "; "))
						} else if len(faults) > 0 {
							wrong = append(wrong, c.Name+"/"+string(choice)+": "+strings.Join(faults, "; "))
						}
					})
				}
			})
		}
	})
	slices.Sort(wrong)
	t.Logf("%d of %d choices went wrong\n%s", len(wrong), made, strings.Join(wrong, "\n"))
	if len(wrong) > wrongAllowed {
		t.Errorf("%d choices went wrong, and %d may", len(wrong), wrongAllowed)
	}
}

// sample is of how many likes of dialogs that were met one is operated in a short run.
const sample = 8

func met(c cases.Case) bool { return strings.HasPrefix(c.Name, "met-") }

// repeats reports whether a choice proves little that others do not: in a language,
// whose words differ and whose dialog does not, where there is no dialog, and in traps and
// the likes of dialogs that were met, most of which differ in how they refuse.
func repeats(c cases.Case, choice observation.Choice, want string) bool {
	refuses := (met(c) || strings.HasPrefix(c.Name, "trap-")) && c.Reject != ""
	switch {
	case strings.HasPrefix(c.Name, "trap-only-"):
		return choice == observation.Accept || choice == observation.Reject
	case refuses && choice != observation.Reject && choice != observation.Withdraw && !(choice == observation.Accept && want == "no-dialog"):
		return true
	case choice == observation.Accept || choice == observation.Reject:
		return false
	case c.Name == "in-english" || c.Name == "in-german":
		return false
	}
	return strings.HasPrefix(c.Name, "in-") || want == "no-dialog"
}

// choices are what a case is put to, with what must come of it.
func choices(c cases.Case) map[observation.Choice]string {
	out := map[observation.Choice]string{
		observation.Accept: c.Accept, observation.Reject: c.Reject, observation.Close: c.Close, observation.Withdraw: c.Withdraw,
	}
	for category, want := range c.Only {
		out[observation.OnlyCategory(category)] = want
	}
	if c.Offers != nil {
		out[observation.Settings] = cases.Nothing
	}
	for choice, want := range out {
		if want == "" {
			delete(out, choice)
		}
	}
	return out
}

// casePage is a case in a tab of its own, in which choices are made one after the
// other: it costs less than a tab for each.
type casePage struct {
	cases.Case
	tab *chrome.Tab
}

func openCase(t *testing.T, c cases.Case) casePage {
	t.Helper()
	b, err := scantest.Browser(t).NewContext(t.Context(), chrome.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	tab, _, err := b.Clock.Open(t.Context(), "about:blank")
	if err != nil {
		t.Fatal(err)
	}
	return casePage{c, tab}
}

// operate makes one choice as a new visitor and returns what is wrong about what it
// left behind. harm: more was consented to than what was asked for.
func (p casePage) operate(t *testing.T, choice observation.Choice, want string) (faults []string, harm bool) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, tab, b := p.Case, p.tab, p.tab.Context()
	// The sites keep what was chosen in a cookie, and nothing elsewhere.
	if err := tab.Session.Call(ctx, "Network.clearBrowserCookies", nil, nil); err != nil {
		t.Fatal(err)
	}
	load, err := b.Clock.Navigate(ctx, tab, c.URL())
	if err != nil || !load.OK() {
		t.Fatalf("open: %+v %v", load, err)
	}
	if c.Scroll {
		if err := b.Clock.Wheel(ctx, tab, 600); err != nil {
			t.Fatal(err)
		}
	}
	commits := 0
	o := &consent.Operator{Tab: tab, Commit: func(time.Time) { commits++ }}
	// A late dialog comes later still on a busy machine.
	patience := max(300*time.Millisecond, 4*time.Duration(c.Patience)*time.Millisecond)
	sight, err := o.Look(ctx, patience)
	if err != nil {
		t.Fatal(err)
	}
	var a consent.Attempt
	switch choice {
	case observation.Accept:
		a, err = o.Accept(ctx, sight)
	case observation.Reject:
		a, err = o.Reject(ctx, sight)
	case observation.Close:
		a, err = o.Close(ctx, sight)
	case observation.Settings:
		a, err = readSettings(ctx, o, sight, c, &faults)
	case observation.Withdraw:
		if a, err = o.Accept(ctx, sight); err == nil && c.Accept != "" && recorded(t, ctx, b) != c.Accept {
			t.Fatalf("accepting left %q: %+v", recorded(t, ctx, b), a)
		}
		commits = 0
		if err == nil {
			a, _, err = o.Withdraw(ctx)
		}
	default:
		a, err = o.Only(ctx, sight, choice.Category())
	}
	if err != nil {
		t.Fatalf("%v; %+v", err, a)
	}
	got := recorded(t, ctx, b)
	harm = consents(c, choice, got)
	fault := func(s string) { faults = append(faults, s+" ("+a.Why+"; "+strings.Join(a.Steps, ", ")+")") }
	outcome := slices.Contains([]string{"no-dialog", "no-control", "failed"}, want)
	before := ""
	if choice == observation.Withdraw {
		before = c.Accept
	}
	switch {
	case outcome && (string(a.Outcome) != want || got != before):
		fault("outcome " + string(a.Outcome) + " and record " + got + ", want " + want)
	case outcome && choice != observation.Withdraw && commits > 0 && want == "no-dialog":
		fault("something was committed where there is no dialog")
	case outcome:
	case want == cases.Nothing && got != "" || want != cases.Nothing && got != want:
		fault("record " + got + ", want " + want + ", outcome " + string(a.Outcome))
	case choice != observation.Settings && (a.Outcome != observation.Unproven || !a.Committed || commits != 1):
		fault("outcome " + string(a.Outcome))
	case choice == observation.Settings && commits > 0:
		fault("reading committed something")
	}
	if !outcome && a.ByScript != c.Covered {
		faults = append(faults, fmt.Sprintf("pressed by a script: %v (%s)", a.ByScript, strings.Join(a.Steps, ", ")))
	}
	if c.Back && !outcome {
		faults = append(faults, comesBack(ctx, t, o)...)
	}
	return faults, harm
}

// consents reports whether a record consents to more than the choice did.
func consents(c cases.Case, choice observation.Choice, record string) bool {
	switch choice {
	case observation.Accept:
		return false
	case observation.Withdraw:
		return record != "" && record != "none" && record != c.Accept && c.Withdraw != "no-control"
	case observation.Close:
		return record != "" && record != "none" && !c.Trap
	}
	return record != "" && record != "none" && record != choice.Category()
}

func readSettings(ctx context.Context, o *consent.Operator, s *consent.Sight, c cases.Case, faults *[]string) (consent.Attempt, error) {
	shown := 0
	o.Shown = func(s *consent.Sight) {
		shown++
		if len(s.Elements()) != len(s.Dialog().Controls) || s.Layer() != shown+1 {
			*faults = append(*faults, "the layer that is shown does not agree with its record")
		}
	}
	offered, _, err := o.Settings(ctx, s)
	if diff := cmp.Diff(c.Offers, offered); diff != "" {
		*faults = append(*faults, "categories (-want +got):\n"+diff)
	}
	if c.Layers != shown {
		*faults = append(*faults, "the number of layers is wrong")
	}
	return consent.Attempt{}, err
}

func comesBack(ctx context.Context, t *testing.T, o *consent.Operator) []string {
	if _, err := o.Tab.Context().Clock.Reload(ctx, o.Tab); err != nil {
		t.Fatal(err)
	}
	s, err := o.Look(ctx, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Found() {
		return []string{"the dialog that came back was not seen"}
	}
	return nil
}

// recorded is what the site itself recorded, waiting for nothing.
func recorded(t *testing.T, ctx context.Context, b *chrome.Context) string {
	t.Helper()
	jar, err := b.Cookies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range jar {
		if k.Name == "choice" {
			return k.Value
		}
	}
	return ""
}

// The policy's own steps win for every choice. What the catalogue knows of a way back
// is used where the finder sees none, and its script only where its control opens
// nothing.
func TestStepsAndReopen(t *testing.T) {
	t.Parallel()
	all, err := cases.Cases()
	if err != nil {
		t.Fatal(err)
	}
	find := func(name string) cases.Case {
		c := all[slices.IndexFunc(all, func(c cases.Case) bool { return c.Name == name })]
		c.Mount(scantest.Server(t))
		return c
	}
	withdraw := func(byAPI bool) func(context.Context, *consent.Operator, *consent.Sight) (consent.Attempt, error) {
		return func(ctx context.Context, o *consent.Operator, s *consent.Sight) (consent.Attempt, error) {
			if _, err := o.Accept(ctx, s); err != nil {
				return consent.Attempt{}, err
			}
			a, d, err := o.Withdraw(ctx)
			if d == nil || a.ByAPI != byAPI {
				t.Errorf("dialog %v, by the API %v: %q", d, a.ByAPI, a.Steps)
			}
			return a, err
		}
	}
	for _, tt := range []struct {
		name, on string
		controls map[string][]observation.Step
		way      consent.Way
		act      func(context.Context, *consent.Operator, *consent.Sight) (consent.Attempt, error)
		record   string
		method   string
	}{
		{name: "only", on: "in-english", controls: map[string][]observation.Step{"only.analytics": {{Click: "text=Cookie settings"}, {Check: "[data-c=marketing]"}, {Click: "text=Save choices"}}},
			act: func(ctx context.Context, o *consent.Operator, s *consent.Sight) (consent.Attempt, error) {
				return o.Only(ctx, s, "analytics")
			}, record: "marketing", method: consent.MethodPolicy},
		{name: "close", on: "in-english", controls: map[string][]observation.Step{"close": {{Click: "text=Reject all"}}},
			act: func(ctx context.Context, o *consent.Operator, s *consent.Sight) (consent.Attempt, error) {
				return o.Close(ctx, s)
			}, record: "none", method: consent.MethodPolicy},
		{name: "control", on: "wordless-badge", way: consent.Way{Control: "#badge", Script: "show()"}, act: withdraw(false), record: "none", method: consent.MethodManager},
		{name: "control that opens nothing", on: "wordless-badge", way: consent.Way{Control: "main", Script: "show()"}, act: withdraw(true), record: "none", method: consent.MethodManager},
		{name: "script", on: "no-way-back", way: consent.Way{Control: "#badge", Script: "show()"}, act: withdraw(true), record: "none", method: consent.MethodManager},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			b, err := scantest.Browser(t).NewContext(ctx, chrome.Hooks{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			tab, _, err := b.Clock.Open(ctx, find(tt.on).URL())
			if err != nil {
				t.Fatal(err)
			}
			o := &consent.Operator{Tab: tab, Controls: tt.controls, Managers: []consent.Manager{{Name: "Ours", Way: tt.way}}}
			s, err := o.Look(ctx, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			a, err := tt.act(ctx, o, s)
			if err != nil {
				t.Fatal(err)
			}
			if got := recorded(t, ctx, b); got != tt.record || a.Method != tt.method {
				t.Errorf("record %q by %s, want %q by %s: %+v", got, a.Method, tt.record, tt.method, a)
			}
		})
	}
}
