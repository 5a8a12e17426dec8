package main

import (
	"context"
	"flag"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"
	"cookieaudit/testdata/sites"
	cases "cookieaudit/testdata/sites/consent"

	gocmp "github.com/google/go-cmp/cmp"
)

var (
	long        = flag.Bool("long", false, "paste the controls of every home-made dialog, not of a handful")
	someDialogs = flag.String("dialog", "*", "names of the home-made dialogs whose controls are pasted, as a glob")
)

// handful are dialogs whose controls are pasted in every run: a refusal behind the
// settings by switches, and one in a closed shadow root.
var handful = []string{"second-layer-ticked", "shadow-closed"}

// asksBack are dialogs that ask once more when they are refused, which nobody can know
// who does not refuse: the drafted refusal ends there, and its visit says so.
var asksBack = []string{"trap-swap", "trap-react-nodes"}

// turnMore are dialogs in which one switch turns others, which nobody can know who presses
// none: what is drafted for one category alone is not pasted.
var turnMore = []string{"trap-only-drags-along", "trap-lib-sections"}

// deadWay is a dialog whose drafted way back opens nothing: the steps behind it fail.
const deadWay = "trap-wd-click-count"

// tellsAtLoad is a dialog whose site records consent by itself.
const tellsAtLoad = "trap-no-stored-at-load"

// What `consent` prints for a home-made dialog is pasted into a policy as it is, and
// a scan by that policy comes to what the site's truth says, with the policy's
// steps wherever there are some.
func TestPastedControls(t *testing.T) {
	t.Parallel()
	all, err := cases.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		fits, _ := path.Match(*someDialogs, c.Name)
		if !fits || c.Name == tellsAtLoad || !*long && !slices.Contains(handful, c.Name) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			pasteControls(t, c)
		})
	}
}

func pasteControls(t *testing.T, c cases.Case) {
	flags, told := toldOf(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dry := run(t, ctx, nil, append([]string{"consent", c.URL(), "--quiet", "--out", "none"}, flags...)...)
	if len(told()) > 0 {
		t.Fatalf("the dry run chose %v", told())
	}
	_, block, found := strings.Cut(dry.out, "\nconsent:\n")
	if !found {
		t.Fatalf("exit %d and no block:\n%s%s", dry.code, dry.out, dry.stderr)
	}
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte("version: 1\nsite: "+c.URL()+"\nconsent:\n"+block), 0o644); err != nil {
		t.Fatal(err)
	}
	policy, err := policies.Load(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, block)
	}
	wants := map[observation.Choice]string{observation.Accept: c.Accept, observation.Reject: c.Reject, observation.Close: c.Close, observation.Withdraw: c.Withdraw}
	for category, want := range c.Only {
		if slices.Contains(turnMore, c.Name) {
			break
		}
		wants[observation.OnlyCategory(category)] = want
	}
	if c.Name == deadWay {
		wants[observation.Withdraw] = string(observation.Failed)
	}
	maps.DeleteFunc(wants, func(_ observation.Choice, want string) bool { return want == "" })
	// Where nobody accepts, a record of everything can only come of harm.
	agrees := func(choice observation.Choice) bool {
		return choice == observation.Accept || choice == observation.Withdraw
	}
	for _, agree := range []bool{true, false} {
		var choices, records []string
		for _, choice := range slices.Sorted(maps.Keys(wants)) {
			if agrees(choice) == agree {
				choices = append(choices, string(choice))
				records = append(records, recordsOf(c, choice, wants[choice])...)
			}
		}
		if len(choices) == 0 {
			continue
		}
		dir := filepath.Join(t.TempDir(), "evidence")
		r := run(t, ctx, nil, append([]string{"scan", "--policy", file, "--choices", strings.Join(choices, ","), "--max-pages", "1", "--no-return", "--resolver", "none", "--quiet", "--out", dir}, flags...)...)
		o, err := openEvidence(dir)
		if err != nil {
			t.Fatalf("%v: exit %d, %s\n%s", err, r.code, r.stderr, block)
		}
		for _, choice := range choices {
			checkPasted(t, c, policy, o.Visit(observation.Choice(choice)), wants[observation.Choice(choice)])
		}
		slices.Sort(records)
		if diff := gocmp.Diff(slices.Compact(records), told()); diff != "" {
			t.Errorf("records of %v (-truth +told):\n%s", choices, diff)
		}
	}
	if t.Failed() {
		t.Logf("%s", dry.out)
	}
}

// recordsOf are the records that a choice must leave at the site.
func recordsOf(c cases.Case, choice observation.Choice, want string) []string {
	var out []string
	if choice == observation.Withdraw {
		out = recordsOf(c, observation.Accept, c.Accept)
	}
	unfinished := choice == observation.Reject && slices.Contains(asksBack, c.Name)
	if want != cases.Nothing && !slices.Contains(refusedOutcomes, want) && !unfinished {
		out = append(out, want)
	}
	return out
}

// refusedOutcomes stand in a truth where nothing may be chosen.
var refusedOutcomes = []string{string(observation.NoDialog), string(observation.NoControl), string(observation.Failed)}

// checkPasted looks at the last attempt of a visit.
func checkPasted(t *testing.T, c cases.Case, p *policies.Policy, v *observation.Visit, want string) {
	t.Helper()
	if v == nil || len(v.Consents) == 0 {
		t.Error("a visit was not made")
		return
	}
	last := v.Consents[len(v.Consents)-1]
	got := string(last.Outcome)
	if refused := slices.Contains(refusedOutcomes, want); refused != slices.Contains(refusedOutcomes, got) || refused && got != want {
		t.Errorf("%s: %s, want %s: %s; %q", v.Choice, got, want, last.Why, last.Steps)
	}
	if last.ByScript && !c.Covered {
		t.Errorf("%s: pressed by a script: %q", v.Choice, last.Steps)
	}
	key := strings.Replace(string(v.Choice), ":", ".", 1)
	if v.Choice == observation.Withdraw {
		key = "reopen"
	}
	if p.Consent.Controls[key] != nil && last.Method != consent.MethodPolicy {
		t.Errorf("%s: made by %s, not by the policy: %q", v.Choice, last.Method, last.Steps)
	}
}

// toldOf serves a case and gives the flags that lead to it. told is what its pages
// have been told was chosen since it was last called, sorted.
func toldOf(t *testing.T, c cases.Case) (flags []string, told func() []string) {
	t.Helper()
	inner, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(inner.Close)
	c.Mount(inner)
	outer, err := sites.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(outer.Close)
	var mu sync.Mutex
	seen := map[string]bool{}
	flags = []string{"--insecure"}
	for _, host := range inner.Hosts() {
		outer.Handle(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if k, err := r.Cookie("choice"); err == nil {
				mu.Lock()
				seen[k.Value] = true
				mu.Unlock()
			}
			inner.ServeHTTP(w, r)
		}))
		for _, to := range outer.ConnectTo(host) {
			flags = append(flags, "--connect-to", to)
		}
	}
	return flags, func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := slices.Sorted(maps.Keys(seen))
		clear(seen)
		return out
	}
}
