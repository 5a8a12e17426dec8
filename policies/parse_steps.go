package policies

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

var controlKeys = []string{"accept", "reject", "settings", "save", "reopen", "close"}

const onlyCategory = "only."

func controls(n strictyaml.Node) map[string][]observation.Step {
	var all map[string][]observation.Step
	for _, p := range n.Pairs() {
		key := p.Key.Text()
		if printed, only := strings.CutPrefix(key, onlyCategory); only && printed != "" {
			category, _, known := CategoryOf(printed)
			if !known || category == Necessary || category == UnknownCategory {
				p.Key.Fail(fmt.Sprintf("%q is no category that can be allowed alone", printed), "use only.functional, only.analytics or only.marketing")
				continue
			}
			key = onlyCategory + string(category)
		} else if !slices.Contains(controlKeys, key) {
			p.Key.Fail(fmt.Sprintf("unknown control %q", key), strictyaml.Suggest(key, append(slices.Clone(controlKeys), "only.<category>")))
			continue
		}
		if all == nil {
			all = map[string][]observation.Step{}
		}
		all[key] = controlSteps(p.Value)
	}
	return all
}

// controlSteps are steps that act on a dialog; some others work in journeys only.
func controlSteps(n strictyaml.Node) []observation.Step {
	elements, all := n.Several(), steps(n)
	for i, s := range all {
		switch {
		case s.Idle != "" || s.Restart != "":
			elements[i].Fail("controls have neither idle nor restart", "use them in a journey")
		case strings.Contains(s.Value, "${"):
			elements[i].Fail("controls take nothing from the environment", "fill it in by a journey")
		}
	}
	return all
}

func journeys(n strictyaml.Node) map[string][]observation.Step {
	var all map[string][]observation.Step
	for _, p := range n.Pairs() {
		if all == nil {
			all = map[string][]observation.Step{}
		}
		if name := p.Key.Text(); !plainName.MatchString(name) {
			p.Key.Fail(fmt.Sprintf("%q is no name for a journey", name), "use lower-case letters, digits and -, such as sign-up")
		}
		all[p.Key.Text()] = steps(p.Value)
	}
	return all
}

var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func steps(n strictyaml.Node) []observation.Step {
	elements := n.Several()
	if len(elements) == 0 {
		n.Fail("there are no steps", "write what to click, or a list of steps")
	}
	var all []observation.Step
	for _, e := range elements {
		all = append(all, step(e))
	}
	return all
}

var stepVerbs = []string{"goto", "click", "wait", "gone", "expect", "check", "clear", "press", "fill", "select", "scroll", "restart", "idle"}

// conditionForms are the verbs that take more than targets.
var conditionForms = []string{"wait", "gone", "expect"}

// step reads one step; a plain string is what to click.
func step(n strictyaml.Node) observation.Step {
	if !n.IsMap() {
		checkTarget(n, targetForms)
		return observation.Step{Click: n.Text()}
	}
	m := n.Map(append(slices.Clone(stepVerbs), "value", "step")...)
	s := observation.Step{
		Goto: m["goto"].Text(), Click: m["click"].Text(), Wait: m["wait"].Text(), Gone: m["gone"].Text(),
		Check: m["check"].Text(), Clear: m["clear"].Text(), Press: m["press"].Text(), Fill: m["fill"].Text(),
		Select: m["select"].Text(), Scroll: m["scroll"].Text(), Value: m["value"].Text(), Expect: m["expect"].Text(),
		Restart: optional(m["restart"]).Word("value of restart", []string{"browser"}), Name: m["step"].Text(),
	}
	if m["idle"].Given() {
		s.Idle = idle(m["idle"])
	}
	for _, verb := range targetVerbs {
		checkTarget(m[verb], targetForms)
	}
	for _, verb := range conditionForms {
		checkTarget(m[verb], append(slices.Clone(targetForms), "url", "storage"))
		checkCondition(m[verb])
	}
	verbs := 0
	for _, v := range stepVerbs {
		if m[v].Given() {
			verbs++
		}
	}
	takesValue := m["fill"].Given() || m["select"].Given()
	switch {
	case verbs != 1:
		n.Fail(fmt.Sprintf("a step does one thing, this one %d", verbs), "use one of "+strings.Join(stepVerbs, ", ")+" in each")
	case takesValue && !m["value"].Given():
		n.Fail("fill and select need a value", "add value:")
	case !takesValue && m["value"].Given():
		m["value"].Fail("only fill and select have a value", "remove it")
	}
	return s
}

// targetVerbs are the verbs that take a target and nothing else.
var targetVerbs = []string{"click", "check", "clear", "fill", "select", "scroll"}

// targetForms are what a target that is no selector begins with, ahead of =.
var targetForms = []string{"text", "label", "role"}

var targetForm = regexp.MustCompile(`^\s*([A-Za-z]+)=`)

// checkTarget refuses a misspelt form: no selector has a = behind its first word.
func checkTarget(n strictyaml.Node, forms []string) {
	if m := targetForm.FindStringSubmatch(n.Text()); m != nil && !slices.Contains(forms, m[1]) {
		n.Fail(fmt.Sprintf("unknown target %s=", m[1]), strictyaml.Suggest(m[1], forms))
	}
}

// idle is a duration as time.ParseDuration reads it.
func idle(n strictyaml.Node) string {
	d, err := ParseDuration(n.Text())
	switch {
	case err != nil:
		n.Fail(err.Error(), "write a duration such as 30m")
	case d < time.Second || d > 24*time.Hour:
		n.Fail("idle must be between 1 s and 24 h", "write a duration such as 30m")
	}
	return d.String()
}

// checkCondition looks at the forms that are no targets.
func checkCondition(n strictyaml.Node) {
	if pattern, ok := strings.CutPrefix(n.Text(), "url="); ok {
		if pattern == "" {
			n.Fail(fmt.Sprintf("%q names no address", n.Text()), "write url=GLOB, such as url=/account*")
			return
		}
		checkGlob(n, pattern)
	}
	if text, ok := strings.CutPrefix(n.Text(), "storage="); ok {
		kind, name, _ := strings.Cut(text, ":")
		switch observation.Kind(kind) {
		case observation.Cookie, observation.LocalStorage, observation.SessionStorage:
		case observation.IndexedDB, observation.CacheStorage, observation.ServiceWorker, observation.OPFS, observation.RequestKind:
			n.Fail(fmt.Sprintf("a journey cannot wait for %s", kind), "wait for cookie, localStorage or sessionStorage")
			return
		}
		if name == "" || !contains(observation.Kinds(), kind) {
			n.Fail(fmt.Sprintf("%q names no item", text), "write storage=KIND:NAME, such as storage=localStorage:basket")
			return
		}
		checkGlob(n, name)
	}
}

// checkGlob refuses what path.Match, by which the scanner compares, cannot read:
// nothing would ever fit it.
func checkGlob(n strictyaml.Node, pattern string) {
	if _, err := path.Match(pattern, ""); err != nil {
		n.Fail(fmt.Sprintf("nothing can fit %q", pattern), "close each [ with a ], and write \\[ or \\\\ for the characters themselves")
	}
}

// ParseJourneys reads a file that holds journeys alone, under the same key as in
// a policy.
func ParseJourneys(file string, data []byte) (map[string][]observation.Step, error) {
	f, root := strictyaml.Read(filepath.Base(file), data)
	all := journeys(root.Map("journeys")["journeys"])
	if err := f.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

// NearestStep is the journey or step of the policy, or the reserved one, that a
// misspelt step of a condition most likely means; "" where none is near, or where
// it is spelt as one of them.
func (p *Policy) NearestStep(step string) string {
	known := []string{observation.StepRestart, observation.StepIdle}
	for name, steps := range p.Journeys {
		known = append(known, name)
		for _, s := range steps {
			known = append(known, s.Name)
		}
	}
	if slices.Contains(known, step) {
		return ""
	}
	slices.Sort(known)
	return strictyaml.Nearest(step, known)
}
