package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"cookieaudit/policies/audit"
	"cookieaudit/report"
	"cookieaudit/scanner/observation"
)

// evidenceNames are the names an observation has in an evidence folder.
var evidenceNames = []string{"observation.jsonl.gz", "observation.jsonl", "observation.json"}

// folder is where a scan keeps its evidence, or nowhere.
type folder struct {
	dir string // "" keeps nothing
	buf bytes.Buffer
	f   *os.File
	gz  *gzip.Writer
}

// newFolder makes DIR, or audits/<host>/<UTC time> for "", or nothing for none.
func newFolder(out, host string, now time.Time) (*folder, error) {
	e := &folder{dir: out}
	switch out {
	case "none":
		e.dir = ""
		return e, nil
	case "":
		e.dir = filepath.Join("audits", safeName(host), now.UTC().Format("20060102T150405Z"))
	}
	if err := os.MkdirAll(e.dir, 0o755); err != nil {
		return nil, usagef("make evidence folder: %w: name another with --out, or keep none with --out none", err)
	}
	name := filepath.Join(e.dir, evidenceNames[0])
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, usagef("%s holds evidence already, which is never overwritten: name another folder with --out", e.dir)
	}
	if err != nil {
		return nil, usagef("make evidence folder: %w", err)
	}
	e.f, e.gz = f, gzip.NewWriter(f)
	return e, nil
}

func safeName(host string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(host))
}

// Write takes the observation's bytes.
func (e *folder) Write(p []byte) (int, error) {
	if e.gz != nil {
		return e.gz.Write(p)
	}
	return e.buf.Write(p)
}

// Flush brings what was written to the disk, so that a scan that dies leaves
// its finished pages.
func (e *folder) Flush() error {
	if e.gz == nil {
		return nil
	}
	return e.gz.Flush()
}

// load closes the observation and reads it back, as `audit` would later.
func (e *folder) load() (*observation.Observation, error) {
	if e.gz == nil {
		return observation.Load(&e.buf)
	}
	if err := errors.Join(e.gz.Close(), e.f.Close()); err != nil {
		return nil, fmt.Errorf("close observation: %w", err)
	}
	e.gz = nil
	return openEvidence(e.dir)
}

// drop gives up a folder into which nothing was written, so that it can be used
// again.
func (e *folder) drop() {
	if e.gz == nil {
		return
	}
	_ = errors.Join(e.gz.Close(), e.f.Close())
	e.gz = nil
	if o, err := openEvidence(e.dir); err != nil || len(o.Visits) == 0 {
		_ = os.Remove(filepath.Join(e.dir, evidenceNames[0]))
		_ = os.Remove(e.dir) // only if empty
	}
}

// picture keeps a screenshot.
func (e *folder) picture(name string, png []byte) {
	if e.dir != "" {
		// A picture that cannot be written is not worth ending a scan for.
		_ = os.WriteFile(filepath.Join(e.dir, name), png, 0o644)
	}
}

// keep writes the audit and its reports beside the observation.
func (e *folder) keep(a *audit.Audit, o report.Options) error {
	if e.dir == "" {
		return nil
	}
	for file, format := range map[string]string{
		"audit.json": "json", "report.html": "html", "report.txt": "text", "inventory.csv": "inventory", "findings.csv": "findings",
	} {
		if err := renderFile(filepath.Join(e.dir, file), format, a, o); err != nil {
			return err
		}
	}
	return nil
}

func renderFile(name, format string, a *audit.Audit, o report.Options) error {
	f, ok := report.Lookup(format)
	if !ok {
		return usagef("unknown format %s", format)
	}
	var buf bytes.Buffer
	o.Color = false
	if err := f.Render(&buf, a, o); err != nil {
		return fmt.Errorf("render %s: %w", format, err)
	}
	if err := os.WriteFile(name, buf.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// openEvidence loads the observation of an evidence folder, a zip of one, or
// one of its files.
func openEvidence(name string) (*observation.Observation, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, usagef("open evidence: %w", err)
	}
	if info.IsDir() {
		return openFolder(name)
	}
	if strings.HasSuffix(strings.ToLower(name), ".zip") {
		return openZip(name)
	}
	if !strings.HasPrefix(filepath.Base(name), "observation.") {
		// Another file of a folder: its audit or one of its reports.
		if o, err := openFolder(filepath.Dir(name)); err == nil {
			return o, nil
		}
	}
	return openFile(name)
}

func openFolder(dir string) (*observation.Observation, error) {
	for _, n := range evidenceNames {
		file := filepath.Join(dir, n)
		if _, err := os.Stat(file); err == nil {
			return openFile(file)
		}
	}
	return nil, usagef("open evidence: %s holds none of %s", dir, strings.Join(evidenceNames, ", "))
}

func openFile(name string) (*observation.Observation, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("open evidence: %w", err)
	}
	defer f.Close()
	o, err := load(name, f)
	if err != nil && isAudit(name) {
		return nil, usagef("%s is an audit, which tells what follows from evidence: give the folder of evidence that it was made from, or its observation.jsonl.gz", name)
	}
	return o, err
}

// isAudit reports whether a file is what --format json writes.
func isAudit(name string) bool {
	data, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	var head struct {
		Generator struct{ Name string }
		Verdict   *struct{}
	}
	return json.Unmarshal(data, &head) == nil && head.Generator.Name == "cookieaudit" && head.Verdict != nil
}

func openZip(name string) (*observation.Observation, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, usagef("open evidence %s: %w", name, err)
	}
	defer z.Close()
	for _, want := range evidenceNames {
		for _, f := range z.File {
			if path.Base(f.Name) != want {
				continue
			}
			r, err := f.Open()
			if err != nil {
				return nil, fmt.Errorf("open evidence %s: %w", name, err)
			}
			defer r.Close()
			return load(name, r)
		}
	}
	return nil, usagef("open evidence: %s holds none of %s", name, strings.Join(evidenceNames, ", "))
}

func load(name string, r io.Reader) (*observation.Observation, error) {
	o, err := observation.Load(r)
	if errors.Is(err, observation.ErrNotEvidence) {
		return nil, usagef("%s: %w", name, err)
	}
	return o, err
}

// pictureOf reads a screenshot of an evidence folder, a zip of it or one of its
// files, nil where there is none.
func pictureOf(evidence, name string) []byte {
	if evidence == "" || name != filepath.Base(name) {
		return nil
	}
	if strings.EqualFold(filepath.Ext(evidence), ".zip") {
		return zipped(evidence, name)
	}
	if info, err := os.Stat(evidence); err == nil && !info.IsDir() {
		evidence = filepath.Dir(evidence)
	}
	png, err := os.ReadFile(filepath.Join(evidence, name))
	if err != nil {
		return nil
	}
	return png
}

func zipped(archive, name string) []byte {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil
	}
	defer z.Close()
	for _, f := range z.File {
		if filepath.Base(f.Name) != name || f.UncompressedSize64 > maxPicture {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil
		}
		defer r.Close()
		png, err := io.ReadAll(io.LimitReader(r, maxPicture))
		if err != nil {
			return nil
		}
		return png
	}
	return nil
}

// maxPicture bounds a screenshot that is read from an archive, in bytes.
const maxPicture = 32 << 20
