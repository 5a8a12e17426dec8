package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"cookieaudit/scanner"
)

// attend asks the person at the terminal to act in the browser's window, and
// waits for Enter.
func (a *app) attend(ctx context.Context, asked scanner.Asked) error {
	fmt.Fprintf(a.stderr, "\nvisit %s, %s\n  Now %s.\n  Then press Enter here.\n", plain(asked.Visit), plain(asked.URL), plain(asked.Do))
	if a.lines == nil {
		a.lines = linesOf(a.stdin)
	}
	select {
	case err := <-a.lines:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// linesOf tells of each line that is read, and of the end as an error. Its
// goroutine lives as long as the program: nothing can interrupt a read.
func linesOf(r io.Reader) <-chan error {
	out := make(chan error)
	go func() {
		in := bufio.NewReader(r)
		for {
			_, err := in.ReadString('\n')
			if errors.Is(err, io.EOF) {
				err = errors.New("nobody is there to press Enter: standard input has ended")
			}
			out <- err
		}
	}()
	return out
}
