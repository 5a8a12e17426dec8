package policies

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	tests := map[string]time.Duration{
		"30s":         30 * time.Second,
		"1m":          time.Minute,
		"30 min":      30 * time.Minute,
		"5h":          5 * time.Hour,
		"90 days":     90 * day,
		"2w":          14 * day,
		"1mo":         2629800 * time.Second,
		"24 months":   2 * 31557600 * time.Second,
		"12 Months":   31557600 * time.Second,
		"1 year":      31557600 * time.Second,
		"2y":          2 * 31557600 * time.Second,
		"13mo":        13 * 2629800 * time.Second,
		"1.5 h":       90 * time.Minute,
		"1h30m":       90 * time.Minute,
		"1 h 30 min":  90 * time.Minute,
		" 1 week ":    7 * day,
		"292 years":   292 * 12 * month,
		"0.001s":      time.Millisecond,
		"1 year 1 mo": 13 * month,
	}
	for text, want := range tests {
		got, err := ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestParseDurationErrors(t *testing.T) {
	tests := map[string]string{
		"":           `"" is no duration: ` + durationHelp,
		"12":         `"12" is no duration: ` + durationHelp,
		"-1 d":       `"-1 d" is no duration: ` + durationHelp,
		"two years":  `"two years" is no duration: ` + durationHelp,
		"30M":        `"30M" may be minutes or months: write min or mo`,
		"3 fortnite": `unknown unit "fortnite" in "3 fortnite": ` + durationHelp,
		"0 days":     `"0 days" is no time at all: write how long it lasts, or session`,
		"7980 years": `"7980 years" is more than 292 years: write indefinite`,
	}
	for text, want := range tests {
		if _, err := ParseDuration(text); err == nil || err.Error() != want {
			t.Errorf("ParseDuration(%q):\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestParseLifetime(t *testing.T) {
	tests := map[string]Lifetime{
		"session":    {Session: true, Printed: "session"},
		"Session":    {Session: true, Printed: "Session"},
		"indefinite": {Indefinite: true, Printed: "indefinite"},
		"unknown":    {Unknown: true, Printed: "unknown"},
		"persistent": {Unknown: true, Persistent: true, Printed: "persistent"},
		"1 day":      {Max: day, Printed: "1 day"},
	}
	for text, want := range tests {
		got, err := ParseLifetime(text)
		if err != nil || got.Session != want.Session || got.Indefinite != want.Indefinite || got.Unknown != want.Unknown ||
			got.Persistent != want.Persistent || got.Max != want.Max || got.Printed != want.Printed {
			t.Errorf("ParseLifetime(%q) = %+v, %v", text, got, err)
		}
	}
	if _, err := ParseLifetime("sesion"); err == nil || err.Error() != `unknown lifetime "sesion": did you mean session?` {
		t.Errorf("ParseLifetime: %v", err)
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"30m", "24 months", "1 h 30 min", "1.5y", "99999999999999999999y", "0s", "1e9s", "30M"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDuration(text); err == nil && d <= 0 {
			t.Errorf("ParseDuration(%q) = %v", text, d)
		}
	})
}
