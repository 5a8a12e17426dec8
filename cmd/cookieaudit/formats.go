package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cookieaudit/policies/audit"
	"cookieaudit/report"
	"cookieaudit/scanner/chrome"

	"github.com/spf13/cobra"
)

// formatFlag is one --format NAME[=FILE].
type formatFlag struct{ name, file string }

// formatOptions are the flags of verbs that print reports.
type formatOptions struct{ given []string }

func (o *formatOptions) addFlags(c *cobra.Command) {
	var list []string
	for _, f := range report.All() {
		list = append(list, f.Name)
	}
	c.Flags().StringArrayVar(&o.given, "format", nil, "report as `NAME[=FILE]`, repeatable; - is stdout: "+strings.Join(list, ", ")+" (default text)")
}

// parse checks the formats before anything is done for them.
func (o *formatOptions) parse() ([]formatFlag, error) {
	given := o.given
	if len(given) == 0 {
		given = []string{"text"}
	}
	var out []formatFlag
	for _, g := range given {
		name, file, _ := strings.Cut(g, "=")
		if _, ok := report.Lookup(name); !ok {
			var names []string
			for _, f := range report.All() {
				names = append(names, f.Name)
			}
			return nil, usagef("--format %s: unknown format: use one of %s", name, strings.Join(names, ", "))
		}
		if file != "" && file != "-" {
			dir := filepath.Dir(file)
			if info, err := os.Stat(dir); err != nil || !info.IsDir() {
				return nil, usagef("--format %s: the folder %s does not exist", g, dir)
			}
			if info, err := os.Stat(file); err == nil && info.IsDir() {
				return nil, usagef("--format %s: %s is a folder: name a file in it", g, file)
			}
		}
		out = append(out, formatFlag{name, file})
	}
	return out, nil
}

// render writes the reports. Whoever sees none of them that is for people is told the
// verdict: the exit code alone says little.
func (a *app) render(formats []formatFlag, ad *audit.Audit, o report.Options) error {
	told := false
	for _, f := range formats {
		if f.file != "" && f.file != "-" {
			if err := renderFile(f.file, f.name, ad, o); err != nil {
				return err
			}
			continue
		}
		format, _ := report.Lookup(f.name)
		if err := format.Render(a.stdout, ad, o); err != nil {
			return fmt.Errorf("render %s: %w", f.name, err)
		}
		told = told || f.name == "text"
	}
	if !told {
		fmt.Fprintln(a.stderr, "verdict: "+report.Legible(ad.Summary.Words))
	}
	return nil
}

func (a *app) reportOptions(ctx context.Context, ad *audit.Audit, evidence, browser string) report.Options {
	return report.Options{
		Color: a.color(), Version: version, EvidencePath: evidence, Banner: ad.Evidence.Job.Notice,
		Picture: func(name string) []byte { return pictureOf(evidence, name) },
		PrintPDF: func(html []byte) ([]byte, error) {
			b, err := chrome.Start(ctx, chrome.Options{Path: browser})
			if err != nil {
				return nil, err
			}
			defer b.Close()
			return b.PDF(ctx, html)
		},
	}
}
