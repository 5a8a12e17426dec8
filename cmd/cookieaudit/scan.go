package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"cookieaudit/policies"
	"cookieaudit/report"
	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/consent/autoconsent"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/resolver"

	"github.com/chromedp/cdproto/network"
	"github.com/spf13/cobra"
)

// maxRepeat bounds how often a site is visited by one command.
const maxRepeat = 20

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
	locale   string // "" for the profile's
	zone     string // "" for the profile's
	repeat   int    // how often all visits are made; 0 for once
	connect  []string
	insecure bool
	headers  []string
	logins   []string
	notice   string
	parallel int
	quiet    bool
	journeys string
	realTime bool
	noReturn bool
	record   string
	replay   string
	resolver string
	attend   bool
	engine   string // folder of autoconsent; "" for the one built in
	// wait replaces waiting by the wall clock, where the server is our own.
	wait func(context.Context, []*network.Cookie, time.Duration) error
}

func (a *app) scanCommand() *cobra.Command {
	var o scanOptions
	c := &cobra.Command{
		Use:   "scan [URL...]",
		Short: "Look at a site under each choice, judge it, report",
		Long: `Look at a site under each choice, judge what it stores against its declared
policy, and report. Without URL the policy's site is scanned, and each of its
services by itself. Without a policy the inventory is reported and judged by the
rules that need no declaration.

Journeys of the policy, or of --journeys, are run under each choice after the
pages: forms, log-ins, whatever declared items depend on. What is left out, such
as a journey that begins on a service that is not scanned, is named on stderr.

Evidence is kept in audits/<host>/<UTC time>, see --out.

` + exitHelp,
		Example: `  cookieaudit scan --policy policy.yaml --format html=report.html --format json=audit.json --fail-on high
  cookieaudit scan --policy policy.yaml --journeys journeys.yaml --real-time
  cookieaudit scan --policy policy.yaml --from GB --repeat 3 --stable
  cookieaudit scan https://www.example.com/
  cookieaudit scan https://www.example.com/ --record tape.zip
  cookieaudit scan --replay tape.zip`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.scan(cmd.Context(), o, args) },
	}
	o.judge.addFlags(c)
	o.judge.addThreshold(c)
	o.formats.addFlags(c)
	f := c.Flags()
	f.StringSliceVar(&o.choices, "choices", nil, "what the visitor does with the consent dialog, a `list` parted by commas: "+choiceNames()+" (default none,accept,reject,withdraw; under us-ca gpc too)")
	f.IntVar(&o.maxPages, "max-pages", 10, "most pages to visit of a site or service; those named are always visited")
	f.IntVar(&o.maxDepth, "max-depth", 2, "how many links away from the pages named")
	f.StringVar(&o.out, "out", "", "`folder` for the evidence, or none (default audits/<host>/<UTC time>)")
	f.StringVar(&o.from, "from", "", "`country` the scan looks from, as ISO code such as GB; recorded")
	f.IntVar(&o.repeat, "repeat", 1, fmt.Sprintf("make all visits `N` times, 1 to %d: each item says in how many runs it was seen, see --stable", maxRepeat))
	f.StringVar(&o.notice, "notice", "", "`text` on top of the reports (in JSON banner), such as that the site is a test copy")
	f.IntVar(&o.parallel, "parallel", 0, "visits side by side (default 4)")
	f.StringVar(&o.journeys, "journeys", "", "YAML `file` with journeys, beside those of the policy")
	f.BoolVar(&o.attend, "attend", false, "show the browser and let a person make each choice: for log-ins with a second factor, captchas, and dialogs that nobody else can operate")
	f.BoolVar(&o.noReturn, "no-return", false, "do not come back to the first page in a later session at the end of each visit")
	f.BoolVar(&o.realTime, "real-time", false, "idle steps of journeys wait by the wall clock, as servers do; what came only in fast time is looked at again by it, up to a minute a page")
	f.StringVar(&o.resolver, "resolver", "", "name server to ask which names the site's hosts stand for, as `HOST[:PORT]`, or none (default: the system's)")
	f.StringVar(&o.record, "record", "", "keep every answer of the sites in `file`; it holds bodies and cookies as they came, so keep it where evidence is kept")
	f.StringVar(&o.replay, "replay", "", "take the sites' answers from a `file` of --record, and reach no network")
	o.addVisitorFlags(c)
	return c
}

// choiceNames are the values of --choices, with each category that can be allowed.
func choiceNames() string {
	var categories []string
	for _, c := range []policies.Category{policies.Functional, policies.Analytics, policies.Marketing} {
		categories = append(categories, string(observation.OnlyCategory(string(c))))
	}
	return strings.Replace(names(observation.Choices()), "only:<category>", strings.Join(categories, ", "), 1)
}

// addVisitorFlags adds the flags that say with what, and as whom, a site is
// visited.
func (o *scanOptions) addVisitorFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.browser, "browser", "", "Chrome, Chromium or Edge `binary` (default: CHROME_PATH, then the usual places)")
	f.StringVar(&o.locale, "locale", "", "`languages` of the visitor, the best first, such as de-DE,de,en (default: those of the profile)")
	f.StringVar(&o.zone, "time-zone", "", "time `zone` of the visitor, such as Europe/London (default: that of the profile)")
	f.StringArrayVar(&o.connect, "connect-to", nil, "send connections elsewhere, as `HOST:PORT:ADDR:PORT`; repeatable, hosts may be *.name")
	f.BoolVar(&o.insecure, "insecure", false, "accept any certificate")
	f.StringArrayVar(&o.headers, "header", nil, "send a header to one host, as `HOST=NAME:ENVVAR`; its value comes from the environment")
	f.StringArrayVar(&o.logins, "basic-auth", nil, "log in to one host, as `HOST=ENVVAR`; the variable holds user:password")
	f.StringVar(&o.engine, "autoconsent", "", "`folder` with the npm package @duckduckgo/autoconsent, or none (default: what the program was built with)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
}

func (a *app) scan(ctx context.Context, o scanOptions, args []string) error {
	formats, err := o.formats.parse()
	if err != nil {
		return err
	}
	judging, err := o.judge.options()
	if err != nil {
		return err
	}
	if err := notBefore(judging, a.now()); err != nil {
		return err
	}
	policy, err := o.judge.load()
	if err != nil {
		return err
	}
	played, err := o.openTape()
	if err != nil {
		return err
	}
	if played != nil {
		defer played.Close()
		if len(args) == 0 && policy == nil {
			args = played.URLs
		}
	}
	job, notes, err := o.job(args, policy)
	if err != nil {
		return err
	}
	if err := a.secretsOf(job); err != nil {
		return err
	}
	if err := o.fits(job, policy); err != nil {
		return err
	}
	options, err := a.browsing(&o, policy)
	if err != nil {
		return err
	}
	if err := o.mayRecord(); err != nil {
		return err
	}
	for _, note := range notes {
		options.Progress(report.Legible(note))
	}
	evidence, err := newFolder(o.out, subject(job, policy), a.now())
	if err != nil {
		return err
	}
	options.Picture = evidence.picture
	proxy, err := o.thread(played, &job, &options)
	if err != nil {
		evidence.drop()
		return err
	}
	begun := time.Now()
	scanErr := scanner.Scan(ctx, options, job, observation.NewWriter(evidence))
	tapeErr := o.unthread(proxy)
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
	if tapeErr != nil {
		// What was seen stands without its tape.
		fmt.Fprintln(a.stderr, "cookieaudit: "+tapeErr.Error())
	}
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

// browsing is with what, and as whom, a site is visited under a policy.
func (a *app) browsing(o *scanOptions, p *policies.Policy) (scanner.Options, error) {
	seen, err := o.visitor(p)
	if err != nil {
		return scanner.Options{}, err
	}
	o.locale, o.zone = seen.locale, seen.zone
	options, err := a.scannerOptions(*o)
	if err != nil {
		return options, err
	}
	if _, err := chrome.Find(o.browser); err != nil {
		return options, usage(err)
	}
	return options, nil
}

func (a *app) scannerOptions(o scanOptions) (scanner.Options, error) {
	vantage, err := o.vantage()
	if err != nil {
		return scanner.Options{}, err
	}
	out := scanner.Options{
		Tool: "cookieaudit " + version, Key: make([]byte, 32), Now: a.now, Parallel: o.parallel,
		Browser:  chrome.Options{Path: o.browser, Insecure: o.insecure, Locale: o.locale, TimeZone: o.zone},
		Vantage:  vantage,
		Progress: func(string) {}, Env: a.env, Wait: o.wait,
	}
	if err := resolve(&out, o.resolver); err != nil {
		return out, err
	}
	if out.Autoconsent, err = o.secondEngine(); err != nil {
		return out, err
	}
	if o.attend {
		if !chrome.Display(a.env) {
			return out, usagef("--attend: no display to show the browser on: run it in a desktop session, or without --attend")
		}
		out.Browser.Visible, out.Attend = true, a.attend
	}
	if !o.quiet {
		out.Progress = func(s string) { fmt.Fprintln(a.stderr, "  "+report.Legible(s)) }
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

// secondEngine is the one that was asked for, or else the one that was built in.
func (o scanOptions) secondEngine() (*autoconsent.Engine, error) {
	switch o.engine {
	case "":
		return autoconsent.Embedded(), nil
	case "none":
		return nil, nil
	}
	e, err := autoconsent.Load(o.engine)
	if err != nil {
		return nil, usage(fmt.Errorf("--autoconsent: %w: name the folder of the npm package, such as node_modules/@duckduckgo/autoconsent", err))
	}
	return e, nil
}

// resolve sets who is asked for the names of hosts. That the system names nobody is
// told of each host; that is no reason not to scan.
func resolve(out *scanner.Options, server string) error {
	if out.Resolver = server; server == scanner.NoResolver {
		return nil
	}
	r, err := resolver.New(server)
	switch {
	case err == nil:
		out.Resolver, out.Resolve = r.Name(), r.Names
	case server != "":
		return usage(fmt.Errorf("--resolver: %w", err))
	default:
		out.Resolver, out.Resolve = resolver.System, func(context.Context, string) ([]string, error) { return nil, err }
	}
	return nil
}

func (a *app) header(s string) (scanner.Header, error) {
	host, rest, ok1 := strings.Cut(s, "=")
	name, variable, ok2 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || !isHost(host) || name == "" || variable == "" {
		return scanner.Header{}, usagef("--header %s: want HOST=NAME:ENVVAR, such as staging.example.com=X-Preview:PREVIEW_TOKEN, the host without scheme, port and path", s)
	}
	value := a.env(variable)
	if value == "" {
		return scanner.Header{}, usagef("--header %s: the environment variable %s is not set", s, variable)
	}
	return scanner.Header{Host: host, Name: name, Value: value}, nil
}

// isHost: a name or address alone. What is for a host goes to all of its ports.
func isHost(s string) bool {
	return s != "" && (!strings.ContainsAny(s, ":/@") || net.ParseIP(strings.Trim(s, "[]")) != nil)
}

func (a *app) login(s string) (scanner.Login, error) {
	host, variable, ok := strings.Cut(s, "=")
	if !ok || !isHost(host) || variable == "" {
		return scanner.Login{}, usagef("--basic-auth %s: want HOST=ENVVAR, the host without scheme, port and path", s)
	}
	user, password, ok := strings.Cut(a.env(variable), ":")
	if !ok {
		return scanner.Login{}, usagef("--basic-auth %s: the environment variable %s must hold user:password", s, variable)
	}
	return scanner.Login{Host: host, User: user, Password: password}, nil
}
