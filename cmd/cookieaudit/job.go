package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/policies/audit"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// job is what to look at, by the arguments and the policy. The notes say what
// the user might take to be part of it and is not.
func (o scanOptions) job(args []string, p *policies.Policy) (job observation.Job, notes []string, err error) {
	job = observation.Job{
		MaxPages: o.maxPages, MaxDepth: o.maxDepth, As: o.judge.as, Device: "desktop", Notice: o.notice,
		ConnectTo: o.connect, Insecure: o.insecure, Headers: o.headers, Logins: o.logins, RealTime: o.realTime, NoReturn: o.noReturn,
	}
	if o.maxPages < 1 || o.maxDepth < 0 {
		return job, nil, usagef("--max-pages must be at least 1 and --max-depth at least 0")
	}
	switch {
	case o.repeat < 0 || o.repeat > maxRepeat:
		return job, nil, usagef("--repeat %d: want a number from 1 to %d", o.repeat, maxRepeat)
	case o.repeat > 1:
		job.Repeat = o.repeat
	}
	if job.Choices, err = o.chosen(p); err != nil {
		return job, nil, err
	}
	if p != nil {
		job.Controls = p.Consent.Controls
	}
	urls, err := addresses(args)
	switch {
	case err != nil:
		return job, nil, err
	case len(urls) > 0:
		job.URLs, job.Services = urls, servicesOf(urls, p)
	case p == nil:
		return job, nil, usagef("nothing to scan: give a URL, or --policy with a site")
	default:
		job.URLs, job.Services, notes = declaredTargets(p)
		if len(job.URLs) == 0 {
			return job, nil, usagef("no service of the policy has a host to begin on: give a URL, or name one under hosts: in the policy")
		}
	}
	if len(job.Services) > 0 && o.judge.as != "" {
		return job, nil, usagef("--as stands for one site: it cannot be used with the services of a policy")
	}
	all, replaced, err := o.allJourneys(p)
	if err != nil {
		return job, nil, err
	}
	left, err := addJourneys(&job, all, p)
	return job, slices.Concat(notes, replaced, left), err
}

// chosen are the choices asked for, or else those that the law to apply is about.
func (o scanOptions) chosen(p *policies.Policy) ([]observation.Choice, error) {
	if len(o.choices) == 0 {
		return audit.Choices(o.profile(p)), nil
	}
	var out []observation.Choice
	for _, s := range o.choices {
		c, err := observation.ParseChoice(strings.TrimSpace(s))
		if err != nil {
			return nil, usage(err)
		}
		if category := c.Category(); category != "" {
			if category, _, known := policies.CategoryOf(category); known {
				c = observation.OnlyCategory(string(category))
			} else {
				return nil, usagef("choice %s: use only:functional, only:analytics or only:marketing, or only for each that the dialog offers", c)
			}
		}
		if c == observation.Only && o.attend {
			return nil, usagef("choice only: under --attend nobody reads what the dialog offers: name the categories, such as only:analytics")
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out, nil
}

func addresses(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		u, err := address(arg)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, nil
}

// servicesOf sorts the addresses that a user gave by the policy's services; nil
// where none belongs to one.
func servicesOf(urls []string, p *policies.Policy) []observation.Service {
	if p == nil {
		return nil
	}
	var out []observation.Service
	named := false
	for _, u := range urls {
		host := observation.HostOf(u)
		name := p.ServiceOf(host)
		named = named || name != ""
		if name == "" {
			name = host
		}
		i := slices.IndexFunc(out, func(s observation.Service) bool { return s.Name == name })
		if i < 0 {
			i = len(out)
			out = append(out, observation.Service{Name: name})
		}
		out[i].URLs = append(out[i].URLs, u)
		if !slices.Contains(out[i].Hosts, host) {
			out[i].Hosts = append(out[i].Hosts, host)
		}
	}
	if !named {
		return nil
	}
	return out
}

// declaredTargets is what a policy is about: its site, or each of its services,
// and the site beside them only where something is declared for it. The notes
// name the services that cannot be looked at.
func declaredTargets(p *policies.Policy) (urls []string, services []observation.Service, notes []string) {
	if len(p.Services) == 0 {
		return []string{p.Site}, nil, nil
	}
	if len(p.Items)+len(p.Vendors) > 0 {
		host := observation.HostOf(p.Site)
		services = append(services, observation.Service{Name: host, URLs: []string{p.Site}, Hosts: []string{host}})
	}
	for _, s := range p.Services {
		out := observation.Service{Name: s.Name}
		for _, h := range s.Hosts {
			if !strings.HasPrefix(h, "*") {
				out.URLs, out.Hosts = append(out.URLs, "https://"+h+"/"), append(out.Hosts, h)
			}
		}
		switch {
		case len(out.URLs) > 0:
			services = append(services, out)
		case len(s.Hosts) > 0:
			notes = append(notes, fmt.Sprintf("service %s: %s is no host to begin on: left out", s.Name, strings.Join(s.Hosts, ", ")))
		default:
			notes = append(notes, fmt.Sprintf("service %s: the policy names no host: left out", s.Name))
		}
	}
	for _, s := range services {
		urls = append(urls, s.URLs...)
	}
	return urls, services, notes
}

// subject names the evidence: the host that is looked at, or that of the site
// whose services are.
func subject(job observation.Job, p *policies.Policy) string {
	if len(job.Services) > 1 && p != nil {
		return observation.HostOf(p.Site)
	}
	return observation.HostOf(job.URLs[0])
}

// address completes what a user types: www.example.com is https.
func address(arg string) (string, error) {
	raw := arg
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", usagef("%q is no address to scan: want one such as https://www.example.com/", arg)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// allJourneys are the journeys of the policy and of --journeys by name. The notes
// say which of the policy's the file replaces.
func (o scanOptions) allJourneys(p *policies.Policy) (all map[string][]observation.Step, notes []string, err error) {
	all = map[string][]observation.Step{}
	if p != nil {
		maps.Copy(all, p.Journeys)
	}
	if o.journeys == "" {
		return all, nil, nil
	}
	more, other, err := readJourneys(o.journeys)
	if err != nil {
		return nil, nil, err
	}
	if other != nil && (p == nil || other.SHA256 != p.SHA256) {
		notes = append(notes, fmt.Sprintf("--journeys %s is a policy: only its journeys are taken", filepath.Base(o.journeys)))
	}
	for _, name := range slices.Sorted(maps.Keys(more)) {
		if steps, both := all[name]; both && !slices.Equal(steps, more[name]) {
			notes = append(notes, fmt.Sprintf("journey %s: the one in %s replaces that of the policy", name, filepath.Base(o.journeys)))
		}
	}
	maps.Copy(all, more)
	return all, notes, nil
}

// addJourneys takes the journeys that begin on what is scanned. The notes name the
// others.
func addJourneys(job *observation.Job, all map[string][]observation.Step, p *policies.Policy) (notes []string, err error) {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(all)) {
		j := observation.Journey{Name: name, Steps: all[name]}
		var left string
		j.Service, left, err = startOf(j, job, p)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("journey %s: %w", name, err))
		case left != "":
			notes = append(notes, fmt.Sprintf("journey %s begins on %s, which is not scanned: left out", name, left))
		default:
			job.Journeys = append(job.Journeys, j)
		}
	}
	return notes, usage(errors.Join(wrong...))
}

// startOf finds the service in which a journey begins. left is the host where it
// begins if that is not scanned.
func startOf(j observation.Journey, job *observation.Job, p *policies.Policy) (service, left string, err error) {
	host := observation.HostOf(j.Steps[0].Goto)
	declared := "" // the service of that host
	if p != nil && host != "" {
		declared = p.ServiceOf(host)
	}
	if len(job.Services) == 0 {
		// The site's own journeys may begin elsewhere, such as where its users log
		// in, but not on another system of the same policy.
		if declared == "" || slices.ContainsFunc(job.URLs, on(host)) || on(host)(job.As) {
			return "", "", nil
		}
		return "", host, nil
	}
	if host == "" {
		return "", "", errors.New("begin with goto: and a whole address, so that its service is known")
	}
	for _, s := range job.Services {
		if slices.Contains(s.Hosts, host) || s.Name == declared {
			return s.Name, "", nil
		}
	}
	if declared == "" && host != observation.HostOf(p.Site) {
		return "", "", fmt.Errorf("it begins on %s, which is no host of the policy: mend the address, or add the host to its service", host)
	}
	return "", host, nil
}

func on(host string) func(string) bool {
	return func(u string) bool { return observation.HostOf(u) == host }
}

// secretsOf demands a value for every environment variable that a journey types.
func (a *app) secretsOf(job observation.Job) error {
	var missing []error
	for _, j := range job.Journeys {
		for _, name := range journey.Variables(j.Steps) {
			if a.env(name) == "" {
				missing = append(missing, fmt.Errorf("journey %s: the environment variable %s is not set", j.Name, name))
			}
		}
	}
	return usage(errors.Join(missing...))
}
