package tape

import (
	"path/filepath"
	"testing"
	"time"
)

// The longer it takes to write the index, the more rarely it is written.
func TestWritingTakesItsShare(t *testing.T) {
	for took, want := range map[time.Duration]int{0: 60, 500 * time.Millisecond: 5} {
		clock, asked := time.Unix(0, 0), 1
		w, err := newWriter(filepath.Join(t.TempDir(), "a.tape"), Index{}, func() time.Time {
			if asked++; asked == 3 { // whether it is time, then as the writing begins and ends
				clock = clock.Add(took)
			}
			return clock
		})
		if err != nil {
			t.Fatal(err)
		}
		written := 0
		for start := clock; clock.Sub(start) < time.Minute; {
			clock = clock.Add(time.Second)
			before := w.written
			asked = 0
			w.add(Entry{}, nil)
			if w.written != before {
				written++
			}
		}
		if written > want || written < want-2 {
			t.Errorf("written %d times in a minute, though it takes %v, want %d", written, took, want)
		}
		if err := w.close(); err != nil {
			t.Fatal(err)
		}
	}
}
