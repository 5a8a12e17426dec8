package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cookieaudit/policies"
	"cookieaudit/policies/declared"
	"cookieaudit/testdata/sites"

	"github.com/chromedp/cdproto/network"
	"github.com/spf13/cobra"
)

func (a *app) demoCommand() *cobra.Command {
	var out, browser string
	c := &cobra.Command{
		Use:   "demo [SITE]",
		Short: "Serve a bundled site, audit it, write the reports",
		Long: `Serve a bundled site with planted defects on loopback, audit it with its
declared policy and its journeys under none, accept, reject and withdraw, print
the findings and say where the reports lie. Nothing leaves the machine. Ends 0
when the demo worked, though it finds what was planted.

SITE is example, a fictional shop, or one of the replicas of the systems that the
bundled policies are about: ` + strings.Join(replicas(), ", ") + `. Idle minutes
of journeys take no time: the server lets the sessions of that visit age at once.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "example"
			if len(args) > 0 {
				name = args[0]
			}
			return a.demo(cmd.Context(), name, out, browser)
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` for the evidence (default audits/<host>/<UTC time>)")
	c.Flags().StringVar(&browser, "browser", "", "Chrome, Chromium or Edge `binary`")
	return c
}

func replicas() []string {
	return slices.DeleteFunc(sites.Names(), func(name string) bool { return name == "example" })
}

func (a *app) demo(ctx context.Context, name, out, browser string) error {
	site, err := sites.Open(name)
	if err != nil {
		return usage(err)
	}
	server, err := sites.Listen()
	if err != nil {
		return err
	}
	defer server.Close()
	server.Mount(site)
	dir, err := os.MkdirTemp("", "cookieaudit-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(dir)
	o := scanOptions{
		judge:   judgeOptions{failOn: "high"},
		choices: []string{"none", "accept", "reject", "withdraw"}, maxPages: 10, maxDepth: 2,
		out: out, browser: browser, locale: "en-GB,en", insecure: true,
		notice: site.Notice(), realTime: true, wait: forward(server),
	}
	policy, err := sitePolicy(site)
	if err != nil {
		return err
	}
	if o.judge.policy, err = demoPolicy(site, dir); err != nil {
		return err
	}
	if data, ok := site.Journeys(); ok {
		o.journeys = filepath.Join(dir, "journeys.yaml")
		if err := os.WriteFile(o.journeys, data, 0o644); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	for _, host := range site.Hosts() {
		o.connect = append(o.connect, server.ConnectTo(host)...)
	}
	args := []string{site.Start()}
	if policy != nil && len(policy.Services) > 0 {
		args = nil // each of its services
	}
	fmt.Fprintf(a.stderr, "serving the %s site on loopback as %s\n", name, site.Start())
	err = a.scan(ctx, o, args)
	var ended *codeError
	if errors.As(err, &ended) && ended.err == nil && ended.code == exitFinding {
		fmt.Fprintln(a.stderr, "the demo worked: it found what was planted. Open report.html in the evidence folder.")
		return nil
	}
	if err == nil {
		return errors.New("demo: nothing was found on a site with planted defects: run cookieaudit doctor")
	}
	return err
}

// forward lets idle minutes pass at once, for the sessions of the visitor who is
// idle: other visits run side by side with this one.
func forward(server *sites.Server) func(context.Context, []*network.Cookie, time.Duration) error {
	return func(_ context.Context, jar []*network.Cookie, d time.Duration) error {
		var ids []string
		for _, c := range jar {
			ids = append(ids, c.Value)
		}
		server.Age(ids, d)
		return nil
	}
}

// sitePolicy is a bundled site's own policy, else the declared one of its name or
// of the site it is a variant of; nil where there is none.
func sitePolicy(site *sites.Site) (*policies.Policy, error) {
	if data, ok := site.Policy(); ok {
		return policies.Parse("policy.yaml", data)
	}
	name := declaredName(site)
	if name == "" {
		return nil, nil
	}
	p, _, err := declared.Load(name)
	return p, err
}

func declaredName(site *sites.Site) string {
	for _, name := range []string{site.Name(), site.Base()} {
		if slices.Contains(declared.Names(), name) {
			return name
		}
	}
	return ""
}

// demoPolicy is the value of --policy for a bundled site: the name of a bundled
// policy, or a file written into dir.
func demoPolicy(site *sites.Site, dir string) (string, error) {
	data, ok := site.Policy()
	if !ok {
		return declaredName(site), nil
	}
	name := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	return name, nil
}
