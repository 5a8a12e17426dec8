package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/report"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"

	"github.com/spf13/cobra"
)

func (a *app) journeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "journey FILE",
		Short: "Say whether journeys are well-formed, and what they do",
		Long: `Read the journeys of a policy, or of a file for scan --journeys, and print
their steps, the names by which ` + "`when` and `deleted_when`" + ` can call them, and the
environment variables they need. No browser is started. Of a policy, those that a
scan of it leaves out are named on stderr.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.journeys(args[0]) },
	}
}

func (a *app) journeys(file string) error {
	all, p, err := readJourneys(file)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintf(a.stdout, "%s: no journeys\n", report.Legible(file))
	}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		j := observation.Journey{Name: name, Steps: all[name]}
		fmt.Fprintln(a.stdout, name)
		for n, s := range j.Steps {
			line := fmt.Sprintf("%4d  %s", n+1, report.Legible(s.String()))
			if names := j.Names(n); len(names) > 0 {
				line += "   = " + report.Legible(strings.Join(names, ", "))
			}
			fmt.Fprintln(a.stdout, line)
		}
		if needs := journey.Variables(j.Steps); len(needs) > 0 {
			fmt.Fprintln(a.stdout, "      needs "+strings.Join(needs, ", "))
		}
	}
	return a.tellLeftOut(all, p)
}

// tellLeftOut names the journeys that a scan of their policy does not take.
func (a *app) tellLeftOut(all map[string][]observation.Step, p *policies.Policy) error {
	if p == nil {
		return nil
	}
	var job observation.Job
	job.URLs, job.Services, _ = declaredTargets(p)
	if len(job.URLs) == 0 {
		return nil // nothing can be scanned, as scan says
	}
	notes, err := addJourneys(&job, all, p)
	for _, note := range notes {
		fmt.Fprintln(a.stderr, report.Legible(note))
	}
	return err
}

// versioned: a policy begins with its version, a file of journeys has none.
var versioned = regexp.MustCompile(`(?m)^version:`)

// readJourneys reads the journeys of a policy or of a file of their own, for which
// the policy is nil.
func readJourneys(file string) (map[string][]observation.Step, *policies.Policy, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, usage(fmt.Errorf("read journeys: %w", err))
	}
	if !versioned.Match(data) {
		all, err := policies.ParseJourneys(file, data)
		return all, nil, err
	}
	p, err := policies.Parse(file, data)
	if err != nil {
		return nil, nil, err
	}
	return p.Journeys, p, nil
}
