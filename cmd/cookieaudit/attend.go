package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"cookieaudit/report"
	"cookieaudit/scanner"
)

// attend asks the person at the terminal to act in the browser's window, and
// waits for Enter.
func (a *app) attend(ctx context.Context, asked scanner.Asked) error {
	if a.enter == nil {
		a.enter = listen(a.stdin)
	}
	fmt.Fprintf(a.stderr, "\nvisit %s, %s\n  Now %s.\n  Then press Enter here.\n", report.Legible(asked.Visit), report.Legible(asked.URL), report.Legible(asked.Do))
	return a.enter.wait(ctx)
}

// enter is the Enter key of the person at the terminal.
type enter struct {
	mu      sync.Mutex
	waiting chan error // nil where nobody waits: an Enter answers no later question
	ended   error
}

// listen reads lines until their end. Its goroutine lives as long as the program:
// nothing can interrupt a read.
func listen(r io.Reader) *enter {
	e := &enter{}
	go func() {
		in := bufio.NewReader(r)
		for {
			_, err := in.ReadString('\n')
			if errors.Is(err, io.EOF) {
				err = errors.New("nobody is there to press Enter: standard input has ended")
			}
			e.mu.Lock()
			if e.waiting != nil {
				e.waiting <- err
			}
			e.waiting, e.ended = nil, err
			e.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return e
}

// wait waits for the next Enter.
func (e *enter) wait(ctx context.Context) error {
	e.mu.Lock()
	if e.ended != nil {
		defer e.mu.Unlock()
		return e.ended
	}
	answer := make(chan error, 1)
	e.waiting = answer
	e.mu.Unlock()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
