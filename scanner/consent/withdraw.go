package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/cdp"
)

// maxReopeners is how many controls are tried to get the settings back.
const maxReopeners = 3

// Withdraw gets the consent settings back and refuses there. The dialog is what
// came back, nil for none.
func (o *Operator) Withdraw(ctx context.Context) (Attempt, *observation.Dialog, error) {
	a := Attempt{Method: MethodFinder}
	if steps := o.Controls["reopen"]; len(steps) > 0 {
		return o.withdrawBySteps(ctx, steps)
	}
	s, moved, err := o.wayBack(ctx, &a)
	if err != nil {
		return a, nil, err
	}
	if s == nil && a.Outcome == "" {
		// Some tabs only come out where the mouse is; and a link may lead to a page with
		// the way back on it.
		if !moved {
			err = o.roam(ctx)
		}
		if err != nil {
			return a, nil, err
		}
		if s, moved, err = o.wayBack(ctx, &a); err != nil {
			return a, nil, err
		}
	}
	if s == nil && a.Outcome == "" && !moved {
		if s, moved, err = o.inMenus(ctx, &a); err != nil {
			return a, nil, err
		}
	}
	if s == nil && a.Outcome == "" && !moved {
		if s, err = o.byPolicy(ctx, &a); err != nil {
			return a, nil, err
		}
	}
	if a.Outcome != "" {
		return a, nil, nil
	}
	if s != nil {
		return o.takeBack(ctx, s, a)
	}
	return o.withdrawByManager(ctx, a)
}

// wayBack presses what may open the consent settings again, and returns what it
// opened, nil for nothing. moved: it led to another page.
func (o *Operator) wayBack(ctx context.Context, a *Attempt) (s *Sight, moved bool, err error) {
	f, list, err := o.controls(ctx)
	if err != nil {
		return nil, false, err
	}
	if f.failed != nil {
		a.unclear = "a frame of the page, in which the way back may be, did not answer"
	}
	from := o.Tab.Navigations()
	for _, c := range f.reopeners(list) {
		if a.tried[c.element.Node] {
			continue
		}
		if a.tried == nil {
			a.tried = map[cdp.BackendNodeID]bool{}
		}
		a.tried[c.element.Node] = true
		before := len(a.Steps)
		stored, err := o.stored(ctx)
		if err != nil {
			return nil, false, err
		}
		if err := o.press(ctx, c, nil, a); err != nil {
			return nil, false, err
		}
		moved = o.Tab.Navigations() != from
		if s, err = o.reopened(ctx, a, moved); s != nil || err != nil || moved {
			return s, moved, err // on another page, the other controls are gone
		}
		if atOnce, err := o.tookBack(ctx, f, c, stored, a); atOnce || err != nil {
			return nil, false, err
		}
		if err := o.puzzle(ctx, c, list, a); err != nil {
			return nil, false, err
		}
		a.inVain(before)
	}
	return nil, false, nil
}

// maxMenus is how many closed menus and folds of the page are opened to find a way back.
const maxMenus = 4

// inMenus looks for a way back in the page's closed menus and folds, the last first: they
// stand at its foot. It returns what that opened, nil for nothing.
func (o *Operator) inMenus(ctx context.Context, a *Attempt) (s *Sight, moved bool, err error) {
	_, list, err := o.controls(ctx)
	if err != nil {
		return nil, false, err
	}
	opened := 0
	for _, c := range slices.Backward(list) {
		if opened == maxMenus {
			break
		}
		if !c.folded || c.role == "tab" || !c.info.Visible || c.disabled || isBox(c.role) || c.class != NoClass && c.class != Settings {
			continue
		}
		opened++
		before := len(a.Steps)
		if err := o.press(ctx, c, nil, a); err != nil {
			return nil, false, err
		}
		if s, moved, err = o.wayBack(ctx, a); s != nil || moved || a.Outcome != "" || err != nil {
			return s, moved, err
		}
		a.inVain(before)
	}
	return nil, false, nil
}

// controls are those of the page that might matter to consent.
func (o *Operator) controls(ctx context.Context) (*finder, []*control, error) {
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return nil, nil, err
	}
	list, err := f.controls(ctx)
	return f, list, err
}

// puzzle sees whether a way back brought a box on consent that nobody understood: there
// may be a way to withdraw then. list are the controls from before.
func (o *Operator) puzzle(ctx context.Context, c *control, list []*control, a *Attempt) error {
	f, err := newFinder(ctx, o.Tab)
	if err != nil {
		return err
	}
	all, err := f.boxes(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		i := slices.IndexFunc(d.controls, func(n *control) bool {
			was := slices.ContainsFunc(list, func(o *control) bool { return o.element.Node == n.element.Node && o.info.Visible })
			return n.info.Visible && !was && (n.riddle(f.words) || n.class == Save || isBox(n.role) && !n.disabled)
		})
		if i >= 0 && d.lies() && !d.elsewhere && d.consents(f.words) {
			a.unclear = fmt.Sprintf("%q brought a dialog with %q, in which nobody found how to refuse", clip(c.words(), 60), clip(d.controls[i].words(), 60))
			return nil
		}
	}
	return nil
}

// byPolicy follows the page's link to what it says of cookies, where the way back may
// stand, and returns what that opened, nil for nothing.
func (o *Operator) byPolicy(ctx context.Context, a *Attempt) (s *Sight, err error) {
	f, list, err := o.controls(ctx)
	if err != nil {
		return nil, err
	}
	speaks := func(about func(string) bool) func(*control) bool {
		return func(c *control) bool {
			return c.role == "link" && c.info.Visible && c.element.World.Top && about(c.words()) && leaves(c.info.Href, f.url) && sameHost(c.info.Href, f.url)
		}
	}
	i := slices.IndexFunc(list, speaks(f.words.speaksOfCookies))
	if i < 0 {
		i = slices.IndexFunc(list, speaks(f.words.speaksOfPrivacy))
	}
	if i >= 0 {
		c := list[i]
		before := len(a.Steps)
		if err := o.press(ctx, c, nil, a); err != nil {
			return nil, err
		}
		if s, _, err = o.wayBack(ctx, a); s != nil || a.Outcome != "" || err != nil {
			return s, err
		}
		// The settings may stand on that page.
		if s, err = o.formPage(ctx, a, (*Sight).refuses); s == nil {
			a.inVain(before)
		}
		return s, err
	}
	return nil, nil
}

// tookBack sees whether a control whose words withdraw did so by itself. Until then nobody
// knew that its press was the choice.
func (o *Operator) tookBack(ctx context.Context, f *finder, c *control, before string, a *Attempt) (bool, error) {
	recorded, err := o.storedSince(ctx, before)
	if !recorded || err != nil {
		return false, err
	}
	// What only adds something takes nothing back.
	last, err := o.stored(ctx)
	if err != nil {
		return false, err
	}
	now := strings.Split(last, "\n")
	var changed []string
	for line := range strings.SplitSeq(before, "\n") {
		if !slices.Contains(now, line) {
			changed = append(changed, line)
		}
	}
	if len(changed) == 0 {
		return false, nil
	}
	if !f.words.withdraws(c.words()) {
		counted := func(old string) bool {
			return slices.ContainsFunc(now, func(line string) bool { return counts(old, line) })
		}
		if !slices.ContainsFunc(changed, func(old string) bool { return !counted(old) }) {
			return false, nil
		}
		a.unclear = fmt.Sprintf("%q changed what is stored, and brought no settings", clip(c.words(), 60))
		return false, nil
	}
	o.mark(a, a.pressed)
	a.Layers = 1
	if f.words.refusesPart(c.words()) {
		a.Outcome, a.Why = observation.Failed, fmt.Sprintf("%q takes back a part of what was consented to", clip(c.words(), 60))
		return true, nil
	}
	a.Committed, a.Outcome = true, observation.Unproven
	return true, nil
}

// counts reports whether two texts differ only in numbers, as a count of clicks and the
// time of the last one do: all went on, and none began at 0, as what means no may.
func counts(old, now string) bool {
	was, is := number.FindAllString(old, -1), number.FindAllString(now, -1)
	if len(was) != len(is) || number.ReplaceAllString(old, "0") != number.ReplaceAllString(now, "0") {
		return false
	}
	for i := range was {
		a, errA := strconv.ParseUint(was[i], 10, 64)
		b, errB := strconv.ParseUint(is[i], 10, 64)
		if errA != nil || errB != nil || b < a || a == 0 && b != 0 {
			return false
		}
	}
	return true
}

var number = regexp.MustCompile(`[0-9]+`)

const inVain = "tried in vain: "

// inVain tells of the steps from one on that they led nowhere. Whoever counts what a
// choice takes does not count them: a visitor who knows the way takes none.
func (a *Attempt) inVain(from int) {
	for i := from; i < len(a.Steps); i++ {
		if !strings.HasPrefix(a.Steps[i], inVain) {
			a.Steps[i] = inVain + a.Steps[i]
		}
	}
}

// roam moves the mouse along the lower edge of the window, to its corners last.
func (o *Operator) roam(ctx context.Context) error {
	w, err := o.Tab.Main(ctx)
	if err != nil {
		return err
	}
	var size [2]float64
	if err := w.Eval(ctx, `[innerWidth, innerHeight]`, &size); err != nil {
		return err
	}
	clock := o.Tab.Context().Clock
	for _, x := range []float64{size[0] / 2, 30, size[0] - 30} {
		if err := clock.Mouse(ctx, o.Tab, x, size[1]-4); err != nil {
			return err
		}
	}
	_, err = clock.Quiet(ctx, o.Tab)
	return err
}

func noWayBack(a Attempt) Attempt {
	a.Outcome = observation.NoControl
	a.Why = "no control was found that opens the consent settings again"
	if len(a.Steps) > 0 {
		a.Why = "what looked like a way back to the consent settings led to no choice"
	}
	if a.unclear != "" {
		a.Outcome, a.Why = observation.Failed, a.unclear
	}
	return a
}

// reopened is the dialog that a way back opened, or the form on the page to
// which it led, nil for neither.
func (o *Operator) reopened(ctx context.Context, a *Attempt, elsewhere bool) (*Sight, error) {
	s, err := o.Look(ctx, time.Second)
	if err != nil {
		return nil, err
	}
	if s.refuses() || s.Deeper() {
		return s, nil
	}
	if !elsewhere {
		return nil, nil
	}
	return o.formPage(ctx, a, (*Sight).refuses)
}

// takeBack refuses in what a way back opened.
func (o *Operator) takeBack(ctx context.Context, s *Sight, a Attempt) (Attempt, *observation.Dialog, error) {
	s.layer, a.Layers = 1, 0
	o.show(s)
	d := s.Dialog()
	before, err := o.stored(ctx)
	if err != nil {
		return a, d, err
	}
	err = o.reject(ctx, s, &a)
	if err == nil && a.Outcome == observation.Unproven && a.switches && !a.turned {
		err = o.untouched(ctx, before, &a)
	}
	s.doubtNone(&a)
	return a, d, err
}

// doubtNone: where nothing in what came back was found to refuse, one of the buttons that
// nobody understood may.
func (s *Sight) doubtNone(a *Attempt) {
	if !s.Found() || a.Outcome != observation.NoControl {
		return
	}
	i := slices.IndexFunc(s.dialog.controls, func(c *control) bool { return c.riddle(s.finder.words) })
	if i >= 0 {
		a.Outcome = observation.Failed
		a.Why += fmt.Sprintf(", and nobody can tell what %q does", clip(s.dialog.controls[i].words(), 60))
	}
}

// untouched: what was consented to came back as switches that are all off, and was saved
// so. Where that changed nothing, the switches may stand for something else, such as what
// is to end.
func (o *Operator) untouched(ctx context.Context, before string, a *Attempt) error {
	changed, err := o.storedSince(ctx, before)
	const cameOff = "the settings came back with every switch off"
	switch {
	case err != nil:
		return err
	case changed || o.Changed != nil && o.Changed(ctx):
		a.Why = cameOff + ", and were saved so"
	default:
		a.Outcome, a.Why = observation.Failed, cameOff+", and saving them changed nothing that is stored"
	}
	return nil
}

// withdrawByManager gets the settings back as the catalogue knows it: by the
// managers' own visible controls, and where these open nothing by their scripts,
// which no visitor can call.
func (o *Operator) withdrawByManager(ctx context.Context, a Attempt) (Attempt, *observation.Dialog, error) {
	for _, way := range []struct {
		open  func(context.Context, Manager, *Attempt) (bool, error)
		byAPI bool
	}{{o.pressWay, false}, {o.callWay, true}} {
		for _, m := range o.Managers {
			if way.byAPI && a.unclear != "" {
				continue // to say that only a script opens them may be wrong
			}
			from, before := o.Tab.Navigations(), len(a.Steps)
			ok, err := way.open(ctx, m, &a)
			if err != nil {
				return a, nil, fmt.Errorf("open the settings of %s: %w", m.Name, err)
			}
			if !ok {
				continue
			}
			s, err := o.reopened(ctx, &a, o.Tab.Navigations() != from)
			if err != nil {
				return a, nil, err
			}
			if s != nil {
				a.Method, a.ByAPI = MethodManager, way.byAPI
				return o.takeBack(ctx, s, a)
			}
			a.inVain(before)
		}
	}
	return noWayBack(a), nil, nil
}

// pressWay presses the manager's own visible control. ok is false where none is
// seen.
func (o *Operator) pressWay(ctx context.Context, m Manager, a *Attempt) (ok bool, err error) {
	if m.Way.Control == "" {
		return false, nil
	}
	e, err := journey.Find(ctx, o.Tab, m.Way.Control)
	if errors.Is(err, journey.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, o.click(ctx, e, "pressed "+m.Way.Control, nil, a)
}

// callWay calls the manager's script. ok is false where it has none that works.
func (o *Operator) callWay(ctx context.Context, m Manager, a *Attempt) (ok bool, err error) {
	ok, err = m.Reopen(ctx, o.Tab)
	if ok {
		a.Steps = append(a.Steps, "called "+m.Way.Script)
	}
	return ok, err
}

// reopeners are the controls that may open the settings again, the likeliest
// first: those that speak of settings, floating ones, those that stay on the
// page. What consents, saves or costs money is never one, whatever else it says.
func (f *finder) reopeners(list []*control) []*control {
	var out []*control
	for _, c := range list {
		switch c.class {
		case Accept, Acknowledge, partial, Save, Pay:
			continue
		}
		label := c.words()
		// A floating tab or badge that speaks of cookies is there to be pressed,
		// whatever it is called.
		floats := c.info.Floats && (strings.Contains(c.info.Text+c.name, "🍪") || f.words.speaksOfCookies(label) || c.role == "button" && f.words.speaksOfPrivacy(label))
		if !c.info.Visible || isBox(c.role) || !floats && !f.words.reopens(label) && !f.words.reopens(c.name) {
			continue
		}
		out = append(out, c)
	}
	rank := func(c *control) int {
		r := 0
		if c.class == Settings {
			r += 4
		}
		if c.role == "button" {
			r += 2
		}
		if c.info.Floats {
			r++
		}
		if leaves(c.info.Href, f.tab.URL()) {
			r -= 3
		}
		return -r
	}
	slices.SortStableFunc(out, func(a, b *control) int { return cmp.Compare(rank(a), rank(b)) })
	return out[:min(len(out), maxReopeners)]
}

func sameHost(href, page string) bool {
	a, err := url.Parse(href)
	b, err2 := url.Parse(page)
	return err == nil && err2 == nil && a.Hostname() == b.Hostname()
}

// leaves reports whether a link opens another page.
func leaves(href, page string) bool {
	if href == "" {
		return false
	}
	bare := func(s string) string {
		for i := range s {
			if s[i] == '#' {
				return s[:i]
			}
		}
		return s
	}
	return bare(href) != bare(page) && len(href) > 4 && href[:4] == "http"
}
