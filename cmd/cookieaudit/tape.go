package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/tape"
)

// openTape opens the tape of --replay, nil without that flag. A tape that cannot be
// played is a usage error.
func (o scanOptions) openTape() (*tape.Tape, error) {
	if o.record != "" && o.replay != "" {
		return nil, usagef("--record and --replay exclude each other: record first, then replay that file")
	}
	if o.replay == "" {
		return nil, nil
	}
	t, err := tape.Open(o.replay)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--replay: %w: make one with scan --record %s URL", err, o.replay)
	case err != nil:
		return nil, usagef("--replay: %w", err)
	}
	return t, nil
}

// mayRecord refuses to write over what is no tape.
func (o scanOptions) mayRecord() error {
	if o.record == "" {
		return nil
	}
	if _, err := os.Lstat(o.record); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	old, err := tape.Open(o.record)
	if err != nil {
		return usagef("--record %s: the file is no tape, and is not written over: name another file", o.record)
	}
	return old.Close()
}

// thread puts the tape of --record or --replay into a scan; played is nil without
// --replay. The proxy is nil without either flag.
func (o scanOptions) thread(played *tape.Tape, job *observation.Job, options *scanner.Options) (*tape.Proxy, error) {
	var err error
	switch {
	case played != nil:
		job.Replay = &observation.Replay{Recorded: played.Recorded, SHA256: played.SHA256}
		job.ConnectTo, options.Browser.ConnectTo = nil, nil // there are no connections
		options.Tape, err = played.Replay(options.Now)
	case o.record != "":
		job.Recorded = true
		options.Tape, err = tape.Record(o.record, tape.Options{
			Tool: options.Tool, URLs: job.URLs, Now: options.Now, Route: options.Browser.Route,
		})
		if errors.As(err, new(*fs.PathError)) {
			err = usagef("--record: %w: name another file", err)
		}
	}
	return options.Tape, err
}

// unthread closes the proxy, and takes back a tape on which nothing is.
func (o scanOptions) unthread(p *tape.Proxy) error {
	if p == nil {
		return nil
	}
	if err := p.Close(); err != nil {
		return fmt.Errorf("scan --record %s: %w", o.record, err)
	}
	if o.record != "" && p.Entries() == 0 {
		_ = os.Remove(o.record)
	}
	return nil
}
