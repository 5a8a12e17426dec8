package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/policies/catalog"
	"cookieaudit/policies/declared"
	"cookieaudit/policies/rules"
	"cookieaudit/scanner/observation"

	"github.com/spf13/cobra"
)

// judgeOptions are the flags that scan, audit and explain share.
type judgeOptions struct {
	policy  string
	profile string
	as      string
	asOf    string
	failOn  string
	stable  bool
}

func (o *judgeOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.policy, "policy", "", "declared policy: a YAML `file`, or the name of a bundled one (see policy list)")
	f.StringVar(&o.profile, "profile", "", "`law` to apply in place of the policy's: "+names(policies.Profiles()))
	f.StringVar(&o.as, "as", "", "judge a preview or staging host as this `site`, such as https://www.example.com")
	f.StringVar(&o.asOf, "as-of", "", "`day` of judgement as YYYY-MM-DD, not before the scan (default: the day of the scan)")
	f.BoolVar(&o.stable, "stable", false, "judge only what was seen in every run of --repeat; the rest is listed, and marked")
}

// addThreshold adds the flag of verbs that end by what was found.
func (o *judgeOptions) addThreshold(c *cobra.Command) {
	c.Flags().StringVar(&o.failOn, "fail-on", string(audit.High), "least `severity` of a finding that fails the run: "+names(audit.Severities())+", none; what is heuristic or not settled law never fails it")
}

func names(terms []observation.Term) string {
	var out []string
	for _, t := range terms {
		out = append(out, t.Name)
	}
	return strings.Join(out, ", ")
}

func known(terms []observation.Term, name string) bool {
	return slices.ContainsFunc(terms, func(t observation.Term) bool { return t.Name == name })
}

// options checks the flags and turns them into audit's.
func (o *judgeOptions) options() (audit.Options, error) {
	out := audit.Options{FailOn: audit.Severity(o.failOn), Profile: policies.Profile(o.profile), As: o.as, Stable: o.stable, Catalog: rules.Catalog(catalog.Default())}
	if o.failOn != string(audit.FailNever) && !known(audit.Severities(), o.failOn) {
		return out, usagef("--fail-on %s: want one of %s, none", o.failOn, names(audit.Severities()))
	}
	if o.profile != "" && !known(policies.Profiles(), o.profile) {
		return out, usagef("--profile %s: want one of %s", o.profile, names(policies.Profiles()))
	}
	if o.asOf != "" {
		day, err := time.Parse(time.DateOnly, o.asOf)
		if err != nil {
			return out, usagef("--as-of %s: want a day such as 2027-01-31", o.asOf)
		}
		out.AsOf = day
	}
	return out, nil
}

// load reads the declared policy, nil where none is given.
func (o *judgeOptions) load() (*policies.Policy, error) {
	if o.policy == "" {
		return nil, nil
	}
	// A folder, such as one of reports, does not hide a bundled policy.
	info, statErr := os.Stat(o.policy)
	if slices.Contains(declared.Names(), o.policy) && (statErr != nil || info.IsDir()) {
		p, _, err := declared.Load(o.policy)
		return p, err
	}
	p, err := policies.Load(o.policy)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return p, usage(err)
	}
	if statErr != nil && !strings.ContainsAny(o.policy, "./\\") {
		return nil, usagef("no policy file or bundled policy is called %s: bundled are %s", o.policy, strings.Join(declared.Names(), ", "))
	}
	return nil, usage(err)
}

// notBefore refuses a day of judgement before the scan: what is seen on one day says
// nothing of an earlier one.
func notBefore(opt audit.Options, scan time.Time) error {
	asOf, day := opt.AsOf.Format(time.DateOnly), scan.UTC().Format(time.DateOnly)
	if opt.AsOf.IsZero() || asOf >= day {
		return nil
	}
	return usagef("--as-of %s: the scan was on %s, and no earlier day can be judged by it: give that day or a later one, or leave --as-of out", asOf, day)
}

// judge runs all rules.
func (o *judgeOptions) judge(obs *observation.Observation, p *policies.Policy) (*audit.Audit, error) {
	opt, err := o.options()
	if err != nil {
		return nil, err
	}
	if err := notBefore(opt, obs.Header.Started); err != nil {
		return nil, err
	}
	a, err := audit.Run(obs, p, rules.All(), opt)
	if err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	return a, nil
}
