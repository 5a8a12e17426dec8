package main

import (
	"context"
	"io"
	"runtime"
	"testing"
)

// An Enter too many, pressed after one question, is no answer to the next.
func TestEnter(t *testing.T) {
	in, out := io.Pipe()
	e := listen(in)
	write := func(s string) {
		if _, err := io.WriteString(out, s); err != nil {
			t.Fatal(err)
		}
	}
	write("\n")
	write(" ") // taken once the line before was dealt with
	answer := make(chan error, 1)
	go func() { answer <- e.wait(t.Context()) }()
	for waiting := false; !waiting; runtime.Gosched() {
		select {
		case err := <-answer:
			t.Fatalf("an Enter from before the question answered it: %v", err)
		default:
		}
		e.mu.Lock()
		waiting = e.waiting != nil
		e.mu.Unlock()
	}
	write("\n")
	if err := <-answer; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.wait(ctx); err != context.Canceled {
		t.Errorf("the scan was interrupted: %v", err)
	}
	out.Close()
	for range 2 {
		if err := e.wait(t.Context()); err == nil {
			t.Error("nobody is there, and nothing was said")
		}
	}
}
