package audit

import (
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner/observation"
)

// FailNever is the threshold that no finding reaches.
const FailNever Severity = "none"

// Options are what the user decides about a judgement. The zero value judges by
// the policy's profile on the day of the observation and fails on High.
type Options struct {
	FailOn Severity
	// AsOf is the day of judgement; zero is the day the observation ended.
	AsOf time.Time
	// Profile replaces the policy's.
	Profile policies.Profile
	// As is the site or URL as which the observed site is judged; "" is what
	// the observation's job says.
	As string
	// Stable leaves out what was not seen in every run of a repeated job; else the
	// union of all runs is judged.
	Stable  bool
	Catalog Catalog
}

// Choices are those by which a site is judged under a profile, and which a scan makes
// unless others are asked for.
func Choices(p policies.Profile) []observation.Choice {
	out := []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}
	if p == policies.USCA {
		out = append(out, observation.GPC) // 11 CCR 7025: an opt-out like any other
	}
	return out
}

func (opt Options) failOn() Severity {
	if opt.FailOn == "" {
		return High
	}
	return opt.FailOn
}

func (opt Options) as(o *observation.Observation) string {
	if opt.As != "" {
		return opt.As
	}
	return o.Header.Job.As
}

// asOf is the day of judgement. A scan that did not come to its end ended, as
// far as is known, with the last thing it saw.
func (opt Options) asOf(o *observation.Observation) time.Time {
	switch {
	case !opt.AsOf.IsZero():
		return opt.AsOf.UTC()
	case o.End != nil:
		return o.End.At.UTC()
	}
	var last int64
	for _, v := range o.Visits {
		for _, p := range v.Pages {
			last = max(last, p.Opened+p.Settled)
		}
	}
	for _, w := range o.Writes {
		last = max(last, w.At)
	}
	return o.Header.Started.UTC().Add(time.Duration(last) * time.Millisecond)
}

// profile is the law to apply, and whether nobody named one.
func (opt Options) profile(p *policies.Policy) (profile policies.Profile, byDefault bool) {
	switch {
	case opt.Profile != "":
		return opt.Profile, false
	case p != nil && p.Profile != "":
		return p.Profile, false
	}
	return policies.EU, true
}
