package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"cookieaudit/policies"
	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"

	"github.com/spf13/cobra"
)

// scanOptions are the flags of scan.
type scanOptions struct {
	judge    judgeOptions
	formats  formatOptions
	choices  []string
	maxPages int
	maxDepth int
	out      string
	browser  string
	from     string
	locale   string
	connect  []string
	insecure bool
	headers  []string
	logins   []string
	notice   string
	parallel int
	quiet    bool
}

func (a *app) scanCommand() *cobra.Command {
	var o scanOptions
	c := &cobra.Command{
		Use:   "scan [URL...]",
		Short: "Look at a site under each choice, judge it, report",
		Long: `Look at a site under each choice, judge what it stores against its declared
policy, and report. Without URL the policy's site is scanned. Without a policy
the inventory is reported and judged by the rules that need no declaration.

Evidence is kept in audits/<host>/<UTC time>, see --out.

` + exitHelp,
		Example: `  cookieaudit scan --policy policy.yaml --format html=report.html --format json=audit.json --fail-on high
  cookieaudit scan https://www.example.com/`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.scan(cmd.Context(), o, args) },
	}
	o.judge.addFlags(c)
	o.formats.addFlags(c)
	f := c.Flags()
	f.StringSliceVar(&o.choices, "choices", []string{"none", "accept", "reject", "withdraw"}, "what the visitor does with the consent dialog")
	f.IntVar(&o.maxPages, "max-pages", 10, "most pages to visit; those named are always visited")
	f.IntVar(&o.maxDepth, "max-depth", 2, "how many links away from the pages named")
	f.StringVar(&o.out, "out", "", "`folder` for the evidence, or none (default audits/<host>/<UTC time>)")
	f.StringVar(&o.browser, "browser", "", "Chrome, Chromium or Edge `binary` (default: CHROME_PATH, then the usual places)")
	f.StringVar(&o.from, "from", "", "`country` the scan looks from, as ISO code such as GB; recorded")
	f.StringVar(&o.locale, "locale", "en-GB,en", "Accept-Language")
	f.StringArrayVar(&o.connect, "connect-to", nil, "send connections elsewhere, as `HOST:PORT:ADDR:PORT`; repeatable, hosts may be *.name")
	f.BoolVar(&o.insecure, "insecure", false, "accept any certificate")
	f.StringArrayVar(&o.headers, "header", nil, "send a header to one host, as `HOST=NAME:ENVVAR`; its value comes from the environment")
	f.StringArrayVar(&o.logins, "basic-auth", nil, "log in to one host, as `HOST=ENVVAR`; the variable holds user:password")
	f.StringVar(&o.notice, "notice", "", "`text` that every report carries, such as that the site is a test copy")
	f.IntVar(&o.parallel, "parallel", 0, "visits side by side (default 4)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	return c
}

func (a *app) scan(ctx context.Context, o scanOptions, args []string) error {
	formats, err := o.formats.parse()
	if err != nil {
		return err
	}
	if _, err := o.judge.options(); err != nil {
		return err
	}
	policy, err := o.judge.load()
	if err != nil {
		return err
	}
	job, err := o.job(args, policy)
	if err != nil {
		return err
	}
	if err := o.fits(job, policy); err != nil {
		return err
	}
	options, err := a.scannerOptions(o)
	if err != nil {
		return err
	}
	if _, err := chrome.Find(o.browser); err != nil {
		return usage(err)
	}
	evidence, err := newFolder(o.out, observation.HostOf(job.URLs[0]), a.now())
	if err != nil {
		return err
	}
	options.Picture = evidence.picture
	begun := time.Now()
	scanErr := scanner.Scan(ctx, options, job, observation.NewWriter(evidence))
	if scanErr != nil && ctx.Err() == nil {
		evidence.drop()
		return fmt.Errorf("scan: %w", scanErr)
	}
	obs, err := evidence.load()
	switch {
	case err != nil && ctx.Err() != nil:
		return &codeError{exitInterrupted, errors.New("interrupted before anything was seen")}
	case err != nil:
		return err
	}
	options.Progress(fmt.Sprintf("looked for %s", time.Since(begun).Round(100*time.Millisecond)))
	return a.conclude(ctx, o, formats, evidence, obs, policy)
}

// conclude judges, keeps and prints.
func (a *app) conclude(ctx context.Context, o scanOptions, formats []formatFlag, evidence *folder, obs *observation.Observation, policy *policies.Policy) error {
	ad, err := o.judge.judge(obs, policy)
	if err != nil {
		return err
	}
	ro := a.reportOptions(ctx, ad, evidence.dir, o.browser)
	if err := evidence.keep(ad, ro); err != nil {
		return err
	}
	if err := a.render(formats, ad, ro); err != nil {
		return err
	}
	if evidence.dir != "" {
		fmt.Fprintln(a.stderr, "evidence: "+evidence.dir)
	}
	if ad.Summary.Exit != exitOK {
		return &codeError{code: ad.Summary.Exit}
	}
	return nil
}

// job is what to look at, by the arguments and the policy.
func (o scanOptions) job(args []string, p *policies.Policy) (observation.Job, error) {
	job := observation.Job{
		MaxPages: o.maxPages, MaxDepth: o.maxDepth, As: o.judge.as, Device: "desktop", Notice: o.notice,
		ConnectTo: o.connect, Insecure: o.insecure, Headers: o.headers, Logins: o.logins,
	}
	if o.maxPages < 1 || o.maxDepth < 0 {
		return job, usagef("--max-pages must be at least 1 and --max-depth at least 0")
	}
	for _, s := range o.choices {
		c, err := observation.ParseChoice(strings.TrimSpace(s))
		if err != nil {
			return job, usage(err)
		}
		if c != observation.None && c != observation.Accept && c != observation.Reject && c != observation.Withdraw {
			return job, usagef("choice %s cannot be made yet: use none, accept, reject or withdraw", c)
		}
		if !slices.Contains(job.Choices, c) {
			job.Choices = append(job.Choices, c)
		}
	}
	if p != nil {
		job.Controls = p.Consent.Controls
		if len(args) == 0 {
			args = sitesOf(p)
		}
	}
	if len(args) == 0 {
		return job, usagef("nothing to scan: give a URL, or --policy with a site")
	}
	for _, arg := range args {
		u, err := address(arg)
		if err != nil {
			return job, err
		}
		job.URLs = append(job.URLs, u)
	}
	return job, nil
}

func sitesOf(p *policies.Policy) []string {
	out := []string{p.Site}
	for _, s := range p.Services {
		for _, h := range s.Hosts {
			if !strings.HasPrefix(h, "*") && !strings.EqualFold(h, observation.HostOf(p.Site)) {
				out = append(out, "https://"+h+"/")
			}
		}
	}
	return out
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

// fits refuses a policy for another site before a browser is started: the judge
// would say so of what was seen, for an empty observation as well.
func (o scanOptions) fits(job observation.Job, p *policies.Policy) error {
	if p == nil {
		return nil
	}
	empty := &observation.Observation{Header: observation.Header{Schema: observation.Schema, Job: job}}
	_, err := o.judge.judge(empty, p)
	return err
}

func (a *app) scannerOptions(o scanOptions) (scanner.Options, error) {
	out := scanner.Options{
		Tool: "cookieaudit " + version, Key: make([]byte, 32), Now: a.now, Parallel: o.parallel,
		Browser:  chrome.Options{Path: o.browser, Insecure: o.insecure, Locale: o.locale},
		Vantage:  observation.Vantage{CountryTold: strings.ToUpper(o.from), Locale: o.locale},
		Progress: func(string) {},
	}
	if !o.quiet {
		out.Progress = func(s string) { fmt.Fprintln(a.stderr, "  "+s) }
	}
	if _, err := rand.Read(out.Key); err != nil {
		return out, fmt.Errorf("make the scan's key: %w", err)
	}
	for _, s := range o.connect {
		c, err := chrome.ParseConnectTo(s)
		if err != nil {
			return out, usage(err)
		}
		out.Browser.ConnectTo = append(out.Browser.ConnectTo, c)
	}
	for _, s := range o.headers {
		h, err := a.header(s)
		if err != nil {
			return out, err
		}
		out.Headers = append(out.Headers, h)
	}
	for _, s := range o.logins {
		l, err := a.login(s)
		if err != nil {
			return out, err
		}
		out.Logins = append(out.Logins, l)
	}
	return out, nil
}

func (a *app) header(s string) (scanner.Header, error) {
	host, rest, ok1 := strings.Cut(s, "=")
	name, variable, ok2 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || host == "" || name == "" || variable == "" {
		return scanner.Header{}, usagef("--header %s: want HOST=NAME:ENVVAR, such as staging.example.com=X-Preview:PREVIEW_TOKEN", s)
	}
	value := a.env(variable)
	if value == "" {
		return scanner.Header{}, usagef("--header %s: the environment variable %s is not set", s, variable)
	}
	return scanner.Header{Host: host, Name: name, Value: value}, nil
}

func (a *app) login(s string) (scanner.Login, error) {
	host, variable, ok := strings.Cut(s, "=")
	if !ok || host == "" || variable == "" {
		return scanner.Login{}, usagef("--basic-auth %s: want HOST=ENVVAR", s)
	}
	user, password, ok := strings.Cut(a.env(variable), ":")
	if !ok {
		return scanner.Login{}, usagef("--basic-auth %s: the environment variable %s must hold user:password", s, variable)
	}
	return scanner.Login{Host: host, User: user, Password: password}, nil
}
