package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cookieaudit/testdata/sites"

	"github.com/spf13/cobra"
)

func (a *app) demoCommand() *cobra.Command {
	var out, browser string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Serve the bundled example site, audit it, write the reports",
		Long: `Serve the bundled example site, a fictional shop with planted defects, on
loopback; audit it with its declared policy under none, accept, reject and
withdraw; print the findings and say where the reports lie. Nothing leaves the
machine. Ends 0 when the demo worked, though it finds what was planted.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), out, browser) },
	}
	c.Flags().StringVar(&out, "out", "", "`folder` for the evidence (default audits/<host>/<UTC time>)")
	c.Flags().StringVar(&browser, "browser", "", "Chrome, Chromium or Edge `binary`")
	return c
}

func (a *app) demo(ctx context.Context, out, browser string) error {
	server, err := sites.Listen()
	if err != nil {
		return err
	}
	defer server.Close()
	site, err := sites.Open("example")
	if err != nil {
		return err
	}
	server.Mount(site)
	policy, err := demoPolicy(site)
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(policy))
	o := scanOptions{
		judge:   judgeOptions{policy: policy, failOn: "high"},
		choices: []string{"none", "accept", "reject", "withdraw"}, maxPages: 10, maxDepth: 2,
		out: out, browser: browser, locale: "en-GB,en", insecure: true,
		notice: "Fictional example site with planted defects.",
	}
	for _, host := range site.Hosts() {
		o.connect = append(o.connect, server.ConnectTo(host)...)
	}
	fmt.Fprintf(a.stderr, "serving the example site on loopback as %s\n", site.Start())
	err = a.scan(ctx, o, []string{site.Start()})
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

// demoPolicy writes the site's policy where the scan can read it.
func demoPolicy(site *sites.Site) (string, error) {
	data, ok := site.Policy()
	if !ok {
		return "", errors.New("demo: the example site has no policy")
	}
	dir, err := os.MkdirTemp("", "cookieaudit-demo-")
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	name := filepath.Join(dir, "policy.yaml")
	return name, os.WriteFile(name, data, 0o644)
}
