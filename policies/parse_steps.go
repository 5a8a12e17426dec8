package policies

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cookieaudit/policies/internal/strictyaml"
	"cookieaudit/scanner/observation"
)

var controlKeys = []string{"accept", "reject", "settings", "save", "reopen", "close"}

const onlyCategory = "only."

func controls(n strictyaml.Node) map[string][]observation.Step {
	var all map[string][]observation.Step
	for _, p := range n.Pairs() {
		key := p.Key.Text()
		if category, only := strings.CutPrefix(key, onlyCategory); !only || category == "" {
			if !slices.Contains(controlKeys, key) {
				p.Key.Fail(fmt.Sprintf("unknown control %q", key), strictyaml.Suggest(key, append(slices.Clone(controlKeys), "only.<category>")))
				continue
			}
		}
		if all == nil {
			all = map[string][]observation.Step{}
		}
		all[key] = steps(p.Value)
	}
	return all
}

func journeys(n strictyaml.Node) map[string][]observation.Step {
	var all map[string][]observation.Step
	for _, p := range n.Pairs() {
		if all == nil {
			all = map[string][]observation.Step{}
		}
		all[p.Key.Text()] = steps(p.Value)
	}
	return all
}

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

var stepVerbs = []string{"goto", "click", "wait", "gone", "check", "clear", "press", "fill", "select", "scroll"}

// step reads one step; a plain string is what to click.
func step(n strictyaml.Node) observation.Step {
	if !n.IsMap() {
		return observation.Step{Click: n.Text()}
	}
	m := n.Map(append(slices.Clone(stepVerbs), "value")...)
	s := observation.Step{
		Goto: m["goto"].Text(), Click: m["click"].Text(), Wait: m["wait"].Text(), Gone: m["gone"].Text(),
		Check: m["check"].Text(), Clear: m["clear"].Text(), Press: m["press"].Text(), Fill: m["fill"].Text(),
		Select: m["select"].Text(), Scroll: m["scroll"].Text(), Value: m["value"].Text(),
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

// checkConditions finds steps in when and deleted_when that are near a journey's
// name without being it. Others are no error: a policy may name a condition for
// which nobody wrote a journey.
func (p *Policy) checkConditions(f *strictyaml.File) {
	known := slices.Sorted(maps.Keys(p.Journeys))
	for _, e := range p.Entries() {
		for _, c := range slices.Concat(e.When, e.DeletedWhen) {
			near := strictyaml.Nearest(c.Step, known)
			if near != "" && !slices.Contains(known, c.Step) {
				f.Fail(c.Position, fmt.Sprintf("no journey is called %q", c.Step), "did you mean "+near+"?")
			}
		}
	}
}
