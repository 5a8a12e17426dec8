package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"cookieaudit/policies"
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
environment variables they need. No browser is started.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.journeys(args[0]) },
	}
}

func (a *app) journeys(file string) error {
	all, err := readJourneys(file)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintf(a.stdout, "%s: no journeys\n", plain(file))
	}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		j := observation.Journey{Name: name, Steps: all[name]}
		fmt.Fprintln(a.stdout, name)
		for n, s := range j.Steps {
			line := fmt.Sprintf("%4d  %s", n+1, plain(s.String()))
			if names := j.Names(n); len(names) > 0 {
				line += "   = " + plain(strings.Join(names, ", "))
			}
			fmt.Fprintln(a.stdout, line)
		}
		if needs := journey.Variables(j.Steps); len(needs) > 0 {
			fmt.Fprintln(a.stdout, "      needs "+strings.Join(needs, ", "))
		}
	}
	return nil
}

// versioned: a policy begins with its version, a file of journeys has none.
var versioned = regexp.MustCompile(`(?m)^version:`)

// readJourneys reads the journeys of a policy or of a file of their own.
func readJourneys(file string) (map[string][]observation.Step, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage(fmt.Errorf("read journeys: %w", err))
	}
	if !versioned.Match(data) {
		return policies.ParseJourneys(file, data)
	}
	p, err := policies.Parse(file, data)
	if err != nil {
		return nil, err
	}
	return p.Journeys, nil
}
