package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/declared"

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
			"party": e.Party == policies.UnknownParty, "purpose": len(e.Purpose) == 0,
		} {
			if missing {
				open = append(open, what)
			}
		}
		if len(open) > 0 && e.Described == "" {
			sortStrings(open)
			add(e.Position, "%s leaves open: %s", e.Name, strings.Join(open, ", "))
		}
	}
	for _, x := range p.Exceptions {
		if !x.Expires.IsZero() && now.After(x.Expires.AddDate(0, 0, 1)) {
			add(x.Position, "the exception for %s expired on %s", x.Rule, x.Expires.Format(time.DateOnly))
		}
	}
	return out
}

func (a *app) policyShow(name string) error {
	o := judgeOptions{policy: name}
	p, err := o.load()
	if err != nil {
		return err
	}
	profile := p.Profile
	if profile == "" {
		profile = "eu (by default)"
	}
	fmt.Fprintf(a.stdout, "%s\nsite     %s\nprofile  %s\nsource   %s\ncomplete %v\n\n", plain(p.Title), p.Site, profile, p.Source, p.Complete)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "LINE\tKIND\tNAME\tHOST\tCATEGORY\tLIFETIME\tPARTY\tVENDOR")
	for _, e := range p.Entries() {
		n := e.Name.String()
		if e.Described != "" {
			n = "(described) " + e.Described
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Position.Line, e.Kind, plain(n), e.Host, e.Category, plain(e.Lifetime.Printed), e.Party, plain(e.Vendor))
	}
	for _, v := range p.Vendors {
		fmt.Fprintf(w, "%d\tby vendor\t*\t\t%s\t\t\t%s\n", v.Position.Line, v.Category, plain(v.Vendor))
	}
	return w.Flush()
}

// plain keeps control characters of a file off the terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
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
