package scanner

import (
	"context"
	"fmt"
	"time"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent"
	"cookieaudit/scanner/observation"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// Asked is what a person is asked to do in the browser's window, see
// Options.Attend.
type Asked struct {
	Visit string // in words, such as "reject of shop"
	URL   string // of the page that is open
	Do    string // such as "refuse everything in the consent dialog"

	tab *chrome.Tab
}

// MethodPerson is a choice that a person made.
const MethodPerson = "person"

// presses tell in which moment a person first pressed something in a page. The
// page's own world does not see it.
const (
	pressWorld   = "cookieaudit-person"
	pressBinding = "cookieauditPressed"
	pressJS      = `for (const type of ['pointerdown', 'keydown']) addEventListener(type, e => {
  if (e.isTrusted && (type === 'pointerdown' || e.key === 'Enter' || e.key === ' ' || e.key === 'Escape')) ` + pressBinding + `('');
}, true);`
)

// attention are the commands by which a person's presses are heard of, nil where
// nobody attends.
func (l *leg) attention(s *chrome.Session) []chrome.Command {
	if l.part.options.Attend == nil || !s.Type.Document() {
		return nil
	}
	now := true
	return []chrome.Command{
		{Method: "Runtime.addBinding", Params: runtime.AddBindingParams{Name: pressBinding, ExecutionContextName: pressWorld}},
		{Method: "Page.addScriptToEvaluateOnNewDocument", Params: page.AddScriptToEvaluateOnNewDocumentParams{Source: pressJS, WorldName: pressWorld, RunImmediately: &now}},
	}
}

// heed begins the phase of a person's choice with the first press. It runs in the
// context's goroutine.
func (l *leg) heed(e chrome.Event) {
	if l.person == nil || e.Method != "Runtime.bindingCalled" {
		return
	}
	var p runtime.EventBindingCalled
	if e.Decode(&p) == nil && p.Name == pressBinding {
		l.person()
	}
}

// attended lets a person make a choice in the window. The phase behind the choice
// begins with the first press: which of several presses chose, nobody can tell.
func (l *leg) attended(ctx context.Context, v *visited, sight *consent.Sight, verb observation.Choice) (a consent.Attempt, at int64, err error) {
	a = consent.Attempt{Method: MethodPerson, Layers: 1, Outcome: observation.Unproven}
	over, err := consent.Overlays(ctx, v.tab)
	if err != nil {
		return a, 0, err
	}
	l.mark("", observation.CauseClick)
	l.do(func() {
		l.person = func() {
			if !a.Committed {
				a.Committed, at = true, l.clock.Now()
				l.log.Mark(time.Now(), l.phaseOf(verb), observation.CauseClick)
			}
		}
	})
	err = l.ask(ctx, v, deeds(verb))
	l.do(func() { l.person = nil })
	if err != nil {
		return a, at, err
	}
	a.Steps = []string{"a person was asked to " + deeds(verb)}
	if !a.Committed {
		a.Outcome, a.Why = observation.Failed, "nothing was pressed in the page"
		return a, at, nil
	}
	after, err := l.look(ctx, v, 0)
	a.Gone = err == nil && after != nil && !after.Found()
	if a.Gone && !sight.Found() && verb != observation.Withdraw {
		a.Gone, err = (&consent.Operator{Tab: v.tab}).GoneUnseen(ctx, over, "")
	}
	if after.Found() {
		a.Why = "the dialog is still there"
	}
	return a, at, err
}

// ask lets a person act on a page, and waits until it has settled.
func (l *leg) ask(ctx context.Context, v *visited, do string) error {
	l.part.asking.Lock() // one window at a time
	defer l.part.asking.Unlock()
	err := l.part.options.Attend(ctx, Asked{Visit: l.part.words(l.record), URL: v.tab.URL(), Do: do, tab: v.tab})
	if err != nil {
		return fmt.Errorf("attend: %w", err)
	}
	_, err = l.clock.Quiet(ctx, v.tab)
	return l.gaveUp(ctx, v, err)
}

// greet lets a person get past what stands before a page, such as a log-in, in a
// visit in which nobody chooses.
func (l *leg) greet(ctx context.Context, v *visited) error {
	if l.part.options.Attend == nil || !v.ok() {
		return nil
	}
	l.mark("", observation.CauseClick)
	return l.ask(ctx, v, "get past whatever stands before the page, such as a log-in, and leave the consent dialog alone")
}

// deeds says a choice as what a person is to do.
func deeds(c observation.Choice) string {
	switch c {
	case observation.Accept:
		return "accept everything in the consent dialog"
	case observation.Reject:
		return "refuse everything in the consent dialog"
	case observation.Withdraw:
		return "take the consent back, by whatever way the site offers"
	case observation.Close:
		return "close the consent dialog without choosing"
	}
	return "allow only " + c.Category() + " in the consent dialog"
}
