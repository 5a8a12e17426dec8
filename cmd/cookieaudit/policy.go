package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/declared"
	"cookieaudit/policies/rules"
	"cookieaudit/report"
	"cookieaudit/scanner/observation"

	"github.com/spf13/cobra"
)

func (a *app) policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Work with declared policies",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Args:  cobra.NoArgs,
	}
	c.AddCommand(
		&cobra.Command{
			Use: "check FILE", Short: "Say whether a policy is well-formed, and what in it is open", Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error { return a.policyCheck(args[0]) },
		},
		&cobra.Command{
			Use: "show FILE", Short: "Print what a policy declares, as it is understood", Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error { return a.policyShow(args[0]) },
		},
		&cobra.Command{
			Use: "list", Short: "List the bundled policies", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return a.policyList() },
		},
	)
	return c
}

func (a *app) policyCheck(name string) error {
	o := judgeOptions{policy: name}
	p, err := o.load()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: version 1 policy of %s, %s\n", p.File, p.Site, amounts(p))
	for _, w := range warnings(p, a.now()) {
		fmt.Fprintln(a.stdout, w)
	}
	return nil
}

func amounts(p *policies.Policy) string {
	vendors := len(p.Vendors)
	for _, s := range p.Services {
		vendors += len(s.Vendors)
	}
	return fmt.Sprintf("items: %d, vendors: %d, services: %d, exceptions: %d", len(p.Entries()), vendors, len(p.Services), len(p.Exceptions))
}

// warnings are what is well-formed and yet leaves an audit guessing.
func warnings(p *policies.Policy, now time.Time) []string {
	var out []string
	add := func(at policies.Position, format string, args ...any) {
		out = append(out, fmt.Sprintf("%s: %s", at, fmt.Sprintf(format, args...)))
	}
	all := p.Vendors
	for _, s := range p.Services {
		all = append(all[:len(all):len(all)], s.Vendors...)
	}
	for _, v := range all {
		if _, ok := catalog.Default().Vendor(v.Vendor); !ok {
			add(v.Position, "the catalogue does not know the vendor %q, so this entry covers nothing: list its items", v.Vendor)
		}
	}
	for _, e := range p.Entries() {
		var open []string
		for what, missing := range map[string]bool{
			"category": e.Category == policies.UnknownCategory, "lifetime": e.Lifetime.Unknown,
			"party": e.Party == policies.UnknownParty, "purpose": len(e.Purpose) == 0, "name": e.Described != "",
		} {
			if missing {
				open = append(open, what)
			}
		}
		if len(open) > 0 {
			slices.Sort(open)
			add(e.Position, "%q leaves open: %s", entryName(e), strings.Join(open, ", "))
		}
	}
	for _, s := range p.Services {
		if len(s.Hosts) == 0 {
			add(s.Position, "the service %q has no hosts, so it cannot be visited", s.Name)
		}
	}
	open, misspelt := stepsWithout(p, all)
	for _, c := range misspelt {
		add(c.Position, "no journey of this file has a step %q: did you mean %s?", c.Step, p.NearestStep(c.Step))
	}
	if len(open) > 0 {
		add(policies.Position{File: p.File, Line: 1}, "no journey of this file does: %s (give them with scan --journeys)", strings.Join(open, ", "))
	}
	if p.Updated.IsZero() {
		add(policies.Position{File: p.File, Line: 1}, "the document's date is missing: add updated:")
	}
	for _, x := range p.Exceptions {
		if !slices.ContainsFunc(rules.All(), func(r *audit.Rule) bool { return r.ID == x.Rule }) {
			add(x.Position, "there is no rule %q, so this exception accepts nothing: cookieaudit rules lists them", x.Rule)
		}
		if !x.Expires.IsZero() && now.After(x.Expires.AddDate(0, 0, 1)) {
			add(x.Position, "the exception for %s expired on %s", x.Rule, x.Expires.Format(time.DateOnly))
		}
	}
	return out
}

func entryName(e *policies.Entry) string {
	if e.Described != "" {
		return e.Described
	}
	return e.Name.String()
}

// stepsWithout are the steps on which entries depend and that no journey of the
// policy does: the names of those that other files may have, and the conditions
// whose step is nearly one of the policy's own.
func stepsWithout(p *policies.Policy, vendors []policies.VendorEntry) (open []string, misspelt []policies.Condition) {
	done := map[string]bool{observation.StepRestart: true, observation.StepIdle: true}
	for name, steps := range p.Journeys {
		j := observation.Journey{Name: name, Steps: steps}
		for i := range steps {
			for _, n := range j.Names(i) {
				done[n] = true
			}
		}
	}
	var all []policies.Condition
	for _, e := range p.Entries() {
		all = slices.Concat(all, e.When, e.DeletedWhen)
	}
	for _, v := range vendors {
		all = append(all, v.When...)
	}
	for _, c := range all {
		switch {
		case c.Step == "" || done[c.Step] || c.Consents():
		case p.NearestStep(c.Step) != "":
			misspelt = append(misspelt, c)
		case !slices.Contains(open, c.Step):
			open = append(open, c.Step)
		}
	}
	slices.Sort(open)
	return open, misspelt
}

func (a *app) policyShow(name string) error {
	o := judgeOptions{policy: name}
	p, err := o.load()
	if err != nil {
		return err
	}
	profile, updated, source := string(p.Profile), "not told", p.Source
	if profile == "" {
		profile = "eu (by default)"
	}
	if !p.Updated.IsZero() {
		updated = p.Updated.Format(time.DateOnly)
	}
	if source == "" {
		source = "not told"
	}
	fmt.Fprintf(a.stdout, "%s\nsite     %s\nprofile  %s\nsource   %s\nupdated  %s\ncomplete %v\n", report.Legible(p.Title), p.Site, profile, source, updated, p.Complete)
	if len(p.Items)+len(p.Vendors)+len(p.Claims) > 0 {
		if err := a.showEntries(p.Items, p.Vendors, p.Claims, ""); err != nil {
			return err
		}
	}
	for _, s := range p.Services {
		hosts := strings.Join(s.Hosts, ", ")
		if hosts == "" {
			hosts = "hosts not told"
		}
		closed := ""
		if s.Exhaustive {
			closed = ", and nothing else"
		}
		fmt.Fprintf(a.stdout, "\n%s (%s%s)", report.Legible(s.Name), hosts, closed)
		if err := a.showEntries(s.Items, s.Vendors, s.Claims, "  "); err != nil {
			return err
		}
	}
	return nil
}

// showEntries prints what is declared for the site or for one service.
func (a *app) showEntries(items []policies.Entry, vendors []policies.VendorEntry, claims []policies.Claim, indent string) error {
	fmt.Fprintln(a.stdout)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if len(items)+len(vendors) > 0 {
		fmt.Fprintln(w, indent+"LINE\tKIND\tNAME\tHOST\tCATEGORY\tLIFETIME\tPARTY\tVENDOR\tWHEN")
	}
	for i := range items {
		e := &items[i]
		name := report.Legible(entryName(e))
		if e.Described != "" {
			name = "(" + name + ")"
		}
		fmt.Fprintf(w, "%s%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", indent, e.Position.Line, e.Kind, name, e.Host, e.Category, report.Legible(e.Lifetime.Printed), e.Party, report.Legible(e.Vendor), conditions(e.When, e.DeletedWhen))
	}
	for _, v := range vendors {
		fmt.Fprintf(w, "%s%d\tby vendor\t*\t\t%s\t%s\t\t%s\t%s\n", indent, v.Position.Line, v.Category, report.Legible(v.Lifetime.Printed), report.Legible(v.Vendor), conditions(v.When, nil))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var names []string
	for _, c := range claims {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		fmt.Fprintln(a.stdout, indent+"claims: "+strings.Join(names, ", "))
	}
	return nil
}

// conditions says when an item is set, and when it is deleted.
func conditions(when, deleted []policies.Condition) string {
	var out []string
	for _, c := range when {
		out = append(out, report.Legible(c.Step+c.Page))
	}
	for _, c := range deleted {
		out = append(out, "until "+report.Legible(c.Step+c.Page))
	}
	return strings.Join(out, ", ")
}

func (a *app) policyList() error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, name := range declared.Names() {
		p, _, err := declared.Load(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", name, p.Site, amounts(p))
	}
	return w.Flush()
}
