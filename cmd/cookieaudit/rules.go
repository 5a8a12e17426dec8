package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"cookieaudit/policies/rules"

	"github.com/spf13/cobra"
)

func (a *app) rulesCommand() *cobra.Command {
	markdown := false
	c := &cobra.Command{
		Use:   "rules [ID]",
		Short: "List the rules, or explain one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.rule(args[0])
			}
			if markdown {
				return a.rulesMarkdown()
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, r := range rules.All() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, r.Severity, r.Title)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&markdown, "markdown", false, "print a page with every rule")
	return c
}

func (a *app) rule(id string) error {
	for _, r := range rules.All() {
		if r.ID != id {
			continue
		}
		fmt.Fprintf(a.stdout, "%s: %s\nseverity %s, certainty %s, law %s\n\n%s\n\nTo put it right: %s\n", r.ID, r.Title, r.Severity, r.Evidence, r.Law, strings.TrimSpace(r.Doc), r.Help)
		for _, l := range r.Legal {
			fmt.Fprintln(a.stdout, "Law: "+l)
		}
		return nil
	}
	return usagef("no rule is called %s: cookieaudit rules lists them", id)
}

func (a *app) rulesMarkdown() error {
	for _, r := range rules.All() {
		fmt.Fprintf(a.stdout, "## %s\n\n%s. Severity %s; certainty %s; law %s.\n\n%s\n\n**To put it right:** %s\n\n", r.ID, upper(r.Title), r.Severity, r.Evidence, r.Law, strings.TrimSpace(r.Doc), r.Help)
		for _, l := range r.Legal {
			fmt.Fprintf(a.stdout, "- %s\n", l)
		}
		fmt.Fprintln(a.stdout)
	}
	return nil
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
