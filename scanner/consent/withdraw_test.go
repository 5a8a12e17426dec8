package consent

import "testing"

// A count of clicks takes no consent back; a record that names a choice in numbers may.
func TestCounts(t *testing.T) {
	for _, tt := range []struct {
		old, now string
		want     bool
	}{
		{"clicks\x00a.test\x00/\x003", "clicks\x00a.test\x00/\x004", true},
		{"_ga_X\x00.a.test\x00/\x00GS2.1.s170$o1$g0$t1700000001", "_ga_X\x00.a.test\x00/\x00GS2.1.s170$o1$g0$t1700000009", true},
		{"_ga_X\x00.a.test\x00/\x00GS2.1.s170$o1$g0$t170", "_ga_X\x00.a.test\x00/\x00GS2.1.s170$o1$g1$t170", false},
		{"analytics\x00a.test\x00/\x001", "analytics\x00a.test\x00/\x000", false},
		{"optout\x00a.test\x00/\x000", "optout\x00a.test\x00/\x001", false},
		{"c\x00a.test\x00/\x00analytics:1,at:5", "c\x00a.test\x00/\x00analytics:0,at:9", false},
		{"c\x00a.test\x00/\x00yes", "c\x00a.test\x00/\x00no", false},
		{"a\x00a.test\x00/\x001", "b\x00a.test\x00/\x001", false},
		{"n\x00a.test\x00/\x0099999999999999999999999", "n\x00a.test\x00/\x0099999999999999999999999", false},
	} {
		if got := counts(tt.old, tt.now); got != tt.want {
			t.Errorf("counts(%q, %q) = %v", tt.old, tt.now, got)
		}
	}
}
