package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"cookieaudit/policies"
	"cookieaudit/scanner/journey"
	"cookieaudit/scanner/observation"
)

// job is what to look at, by the arguments and the policy.
func (o scanOptions) job(args []string, p *policies.Policy) (observation.Job, error) {
	job := observation.Job{
		MaxPages: o.maxPages, MaxDepth: o.maxDepth, As: o.judge.as, Device: "desktop", Notice: o.notice,
		ConnectTo: o.connect, Insecure: o.insecure, Headers: o.headers, Logins: o.logins, RealTime: o.realTime,
	}
	if o.maxPages < 1 || o.maxDepth < 0 {
		return job, usagef("--max-pages must be at least 1 and --max-depth at least 0")
	}
	var err error
	if job.Choices, err = o.chosen(); err != nil {
		return job, err
	}
	if p != nil {
		job.Controls = p.Consent.Controls
	}
	urls, err := addresses(args)
	switch {
	case err != nil:
		return job, err
	case len(urls) > 0:
		job.URLs, job.Services = urls, servicesOf(urls, p)
	case p == nil:
		return job, usagef("nothing to scan: give a URL, or --policy with a site")
	default:
		job.URLs, job.Services = declaredTargets(p)
	}
	if len(job.Services) > 0 && o.judge.as != "" {
		return job, usagef("--as stands for one site: it cannot be used with the services of a policy")
	}
	return job, o.addJourneys(&job, p)
}

func (o scanOptions) chosen() ([]observation.Choice, error) {
	var out []observation.Choice
	for _, s := range o.choices {
		c, err := observation.ParseChoice(strings.TrimSpace(s))
		if err != nil {
			return nil, usage(err)
		}
		if c != observation.None && c != observation.Accept && c != observation.Reject && c != observation.Withdraw {
			return nil, usagef("choice %s cannot be made yet: use none, accept, reject or withdraw", c)
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
// and the site beside them only where something is declared for it.
func declaredTargets(p *policies.Policy) ([]string, []observation.Service) {
	if len(p.Services) == 0 {
		return []string{p.Site}, nil
	}
	var services []observation.Service
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
		if len(out.URLs) > 0 {
			services = append(services, out)
		}
	}
	var urls []string
	for _, s := range services {
		urls = append(urls, s.URLs...)
	}
	return urls, services
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

// addJourneys takes the journeys of the policy and of --journeys, as far as they
// begin on what is scanned.
func (o scanOptions) addJourneys(job *observation.Job, p *policies.Policy) error {
	all := map[string][]observation.Step{}
	if p != nil {
		maps.Copy(all, p.Journeys)
	}
	if o.journeys != "" {
		more, err := readJourneys(o.journeys)
		if err != nil {
			return err
		}
		maps.Copy(all, more)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		j := observation.Journey{Name: name, Steps: all[name]}
		var begins bool
		var err error
		if j.Service, begins, err = startOf(j, job); err != nil {
			return usage(err)
		}
		if begins {
			job.Journeys = append(job.Journeys, j)
		}
	}
	return nil
}

// startOf finds the service in which a journey begins. begins is false where that
// is not scanned.
func startOf(j observation.Journey, job *observation.Job) (service string, begins bool, err error) {
	if len(job.Services) == 0 {
		return "", true, nil
	}
	host := observation.HostOf(j.Steps[0].Goto)
	if host == "" {
		return "", false, fmt.Errorf("journey %s: begin with goto: and a whole address, so that its service is known", j.Name)
	}
	for _, s := range job.Services {
		if slices.Contains(s.Hosts, host) {
			return s.Name, true, nil
		}
	}
	return "", false, nil
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
