package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/report"
	"cookieaudit/scanner/chrome"

	"github.com/spf13/cobra"
)

// Exit codes. Findings, usage errors and what could not be told never share one.
const (
	exitOK          = 0
	exitFinding     = 1
	exitUsage       = 2
	exitUnknown     = 3
	exitInterrupted = 130
)

const exitHelp = `Exit status:
  0    nothing fails the run
  1    a finding at or above --fail-on that is proven or derived, on settled law
  2    usage or configuration error, policy for another site, no browser
  3    could not tell: something that decides the verdict was not seen
  130  interrupted; what was seen is still written`

// codeError ends the program with a code. Its text, if any, is printed.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// usage marks an error that the user mends by calling differently.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &codeError{exitUsage, err}
}

func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

func (a *app) run(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	code := codeOf(err)
	var ce *codeError
	if err != nil && (!errors.As(err, &ce) || ce.err != nil) {
		for _, line := range strings.Split(strings.TrimSpace(err.Error()), "\n") {
			fmt.Fprintln(a.stderr, "cookieaudit: "+report.Legible(line))
		}
	}
	return code
}

// codeOf is the exit code of an error: a mistake in the call or the policy is a
// usage error, what else goes wrong leaves the question open.
func codeOf(err error) int {
	var ce *codeError
	var wrong policies.Errors
	var other *audit.OtherSiteError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &ce):
		return ce.code
	case errors.As(err, &wrong), errors.As(err, &other), errors.Is(err, chrome.ErrNoBrowser), errors.Is(err, chrome.ErrTimeZone):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitUnknown
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "cookieaudit",
		Short: "Audit what a website stores, before and after consent, against its declared policy",
		Long: `cookieaudit drives a headless Chrome through a website before and after consent,
captures every cookie, localStorage key and other item the site stores, compares
them with the site's declared policy (YAML), and reports undeclared items and
trackers that came before, against or after consent.

` + exitHelp,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w\nsee %s --help", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.scanCommand(), a.auditCommand(), a.explainCommand(), a.policyCommand(), a.journeyCommand(), a.consentCommand(), a.rulesCommand(), a.doctorCommand(), a.demoCommand())
	usageArgs(root)
	return root
}

// usageArgs makes a wrong number of arguments a usage error, here and in
// subcommands.
func usageArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usagef("%w\nsee %s --help", err, cmd.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usageArgs(sub)
	}
}
