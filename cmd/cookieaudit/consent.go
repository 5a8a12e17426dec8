package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cookieaudit/report"
	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"

	"github.com/spf13/cobra"
)

func (a *app) consentCommand() *cobra.Command {
	var o scanOptions
	c := &cobra.Command{
		Use:   "consent [URL]",
		Short: "Say what a site's consent dialog is and what each control was taken for",
		Long: `Look for the consent dialog of a page, open what lies behind its first layer, and
choose nothing. Each layer is printed with its controls, what each was taken for
by which words, and why the box counts as a consent dialog, with a screenshot of
it. At last comes a ` + "`controls:`" + ` block to paste into a policy: there it wins over
everything else. Its steps were tried on the page, save for the presses that choose.
Without URL it is the policy's site; the policy's own controls are used.

Exit status:
  0    a dialog was found, with a control to accept and a way to refuse
  2    usage or configuration error, no browser
  3    no dialog, or one that can't be operated without help`,
		Example: `  cookieaudit consent https://www.example.com/
  cookieaudit consent --policy policy.yaml --out dialog`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.dryRun(cmd.Context(), o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.judge.policy, "policy", "", "declared policy, as a `file` or the name of a bundled one")
	f.StringVar(&o.out, "out", "", "`folder` for screenshots and evidence, or none (default audits/<host>/<UTC time>)")
	o.addVisitorFlags(c)
	return c
}

// dryRun makes the one visit that reads the dialog and prints what it read.
func (a *app) dryRun(ctx context.Context, o scanOptions, args []string) error {
	policy, err := o.judge.load()
	if err != nil {
		return err
	}
	o.choices, o.maxPages, o.noReturn, o.resolver = []string{string(observation.Settings)}, 1, true, scanner.NoResolver
	job, _, err := o.job(args, policy)
	if err != nil {
		return err
	}
	job.URLs, job.Services, job.Journeys = job.URLs[:1], nil, nil
	options, err := a.browsing(&o, policy)
	if err != nil {
		return err
	}
	evidence, err := newFolder(o.out, observation.HostOf(job.URLs[0]), a.now())
	if err != nil {
		return err
	}
	options.Picture = evidence.picture
	if err := scanner.Scan(ctx, options, job, observation.NewWriter(evidence)); err != nil {
		evidence.drop()
		if ctx.Err() != nil {
			return &codeError{exitInterrupted, errors.New("interrupted")}
		}
		return fmt.Errorf("consent: %w", err)
	}
	obs, err := evidence.load()
	if err != nil {
		return err
	}
	d := dialogReport{w: a.stdout, dir: evidence.dir}
	if d.print(obs) {
		return nil
	}
	return &codeError{code: exitUnknown}
}

// dialogReport prints a consent dialog as it was read.
type dialogReport struct {
	w   io.Writer
	dir string // of the pictures, "" for none
}

func (d dialogReport) line(format string, args ...any) {
	for i := range args {
		if s, ok := args[i].(string); ok {
			args[i] = report.Legible(s)
		}
	}
	fmt.Fprintf(d.w, format+"\n", args...)
}

// print tells whether the dialog can be operated without help.
func (d dialogReport) print(obs *observation.Observation) (operable bool) {
	v := obs.Visit(observation.Settings)
	if v == nil || len(v.Consents) == 0 {
		d.line("The page could not be looked at.")
		d.reasons(obs)
		return false
	}
	c := v.Consents[len(v.Consents)-1]
	for _, p := range v.Pages {
		d.line("%s  %s", p.Final, p.Title)
		for _, r := range p.Reasons {
			d.line("  %s", r)
		}
	}
	if c.Manager != "" {
		d.line("Consent manager: %s", c.Manager)
	}
	if !c.Found {
		d.line("Looked for a consent dialog for %s and saw none.", words(c.Looked))
		d.reasons(obs)
		d.block(c)
		return false
	}
	if c.Dialog == nil {
		d.line("%s.", c.Why)
		d.line("A scan accepts and refuses by that engine; whether that works, only a scan tells.")
		d.block(c)
		return false
	}
	d.line("Came after %s.", words(c.Looked))
	d.layer(*c.Dialog)
	for _, l := range c.Further {
		d.layer(l)
	}
	if len(c.Offers) > 0 {
		d.line("\nCan be allowed one by one: %s.", strings.Join(c.Offers, ", "))
	}
	if c.Why != "" {
		d.line("\nThe settings could not be read to their end: %s.", c.Why)
	}
	d.block(c)
	return has(c, "accept", "acknowledge") && has(c, "reject", "save")
}

func words(millis int64) string {
	return (time.Duration(millis) * time.Millisecond).Round(100 * time.Millisecond).String()
}

func (d dialogReport) reasons(obs *observation.Observation) {
	for _, g := range obs.Gaps {
		d.line("  %s", g.Why)
	}
}

func (d dialogReport) layer(l observation.Dialog) {
	d.line("\nLayer %d", l.Layer)
	if l.Frame != "" {
		d.line("  in a frame of its own: %s", l.Frame)
	}
	if l.Picture != "" && d.dir != "" {
		d.line("  screenshot: %s", filepath.Join(d.dir, l.Picture))
	}
	if l.Looked {
		locked := ""
		if l.Locked {
			locked = "; the page behind it cannot be scrolled"
		}
		d.line("  covers %.0f %% of the window%s", 100*l.Covers, locked)
	}
	d.line("  says: %s", strings.Join(strings.Fields(l.Text), " "))
	d.line("  taken for a consent dialog by: %s", strings.Join(l.Why, ", "))
	for _, k := range l.Controls {
		d.line("  %-12s %-10s %q%s", as(k), k.Role, k.Text, detail(k))
	}
}

func as(k observation.Control) string {
	if k.As == "" {
		return "?"
	}
	return k.As
}

// detail is what is known of a control beside its words.
func detail(k observation.Control) string {
	var out []string
	if k.Why != "" {
		out = append(out, "by "+k.Why)
	}
	if k.Category != "" {
		out = append(out, k.Category)
	}
	if k.Interest {
		out = append(out, "legitimate interest")
	}
	if k.Fixed {
		out = append(out, "cannot be turned")
	}
	if k.Name != "" {
		out = append(out, fmt.Sprintf("read to the blind as %q", k.Name))
	}
	if l := k.Looks; l != nil && k.As != "on" && k.As != "off" {
		out = append(out, fmt.Sprintf("%d by %d pixels", l.Width, l.Height))
		if l.Contrast > 0 {
			out = append(out, fmt.Sprintf("contrast %.1f", l.Contrast))
		}
		if l.Link {
			out = append(out, "looks like a link")
		}
		if l.Tab == 0 {
			out = append(out, "not reached by Tab")
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "  " + strings.Join(out, ", ")
}

func has(c observation.Consent, classes ...string) bool {
	return slices.ContainsFunc(append([]observation.Dialog{*c.Dialog}, c.Further...), func(l observation.Dialog) bool {
		return slices.ContainsFunc(classes, func(class string) bool { return l.Control(class) != nil })
	})
}

// controlKeys are the keys of a policy's controls, with what each does where it is
// left to be filled in. only.<category> follows them.
var controlKeys = []struct{ key, does string }{
	{"accept", "accepts all"}, {"reject", "refuses all, a list of steps where that takes several"},
	{"settings", "opens the settings"}, {"save", "saves the settings' switches once they are set"},
	{"close", "closes the dialog without a choice"}, {"reopen", "brings the dialog back once a choice was made"},
}

// block prints what to paste into a policy: the steps that were tried on the page.
// What was not found is left to be filled in.
func (d dialogReport) block(c observation.Consent) {
	d.line("\nTo set the controls yourself, put this into the policy, under its `consent:` where it has one, and mend it:\n\nconsent:")
	if len(c.Controls) == 0 {
		d.line("  controls: {} # take {} away and fill in")
	} else {
		d.line("  controls:")
	}
	for _, k := range controlKeys {
		if steps := c.Controls[k.key]; len(steps) > 0 {
			d.steps(k.key, steps)
			continue
		}
		why := ""
		if c.Beyond[k.key] != "" {
			why = ": " + c.Beyond[k.key]
		}
		d.line("    # %s: %q   # %s%s", k.key, "#css-selector", k.does, why)
	}
	for _, category := range c.Offers {
		key := "only." + category
		if steps := c.Controls[key]; len(steps) > 0 {
			d.steps(key, steps)
		} else {
			d.line("    # %s: []   # %s", key, cmp.Or(c.Beyond[key], "no steps are known"))
		}
	}
}

// steps prints a key's steps as a policy has them.
func (d dialogReport) steps(key string, steps []observation.Step) {
	if len(steps) == 1 && steps[0].Click != "" {
		d.line("    %s: %s", key, quoted(steps[0].Click))
		return
	}
	d.line("    %s:", key)
	for _, s := range steps {
		switch {
		case s.Check != "":
			d.line("      - {check: %s}", quoted(s.Check))
		case s.Clear != "":
			d.line("      - {clear: %s}", quoted(s.Clear))
		case s.Wait != "":
			d.line("      - {wait: %s}", quoted(s.Wait))
		case s.Scroll != "":
			d.line("      - {scroll: %s}", quoted(s.Scroll))
		default:
			d.line("      - %s", quoted(s.Click))
		}
	}
}

// quoted is a text as YAML, whose escapes are those of Go.
func quoted(s string) string { return strconv.Quote(s) }
