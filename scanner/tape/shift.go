package tape

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"cookieaudit/scanner/cookiedate"
)

// shifted are the headers with all their dates moved, so that what they leave to
// live is what it was. Browsers drop cookies whose date has passed.
func shifted(f []Field, by time.Duration) fields {
	out := fields(slices.Clone(f))
	for i, field := range out {
		switch strings.ToLower(field.Name) {
		case "date", "expires", "last-modified", "sunset", "retry-after":
			if t, err := http.ParseTime(field.Value); err == nil {
				out[i].Value = date(t, by, field.Value)
			}
		case "set-cookie":
			out[i].Value = shiftCookie(field.Value, by)
		}
	}
	return out
}

// shiftCookie moves the Expires attribute of a Set-Cookie line, of several all.
func shiftCookie(line string, by time.Duration) string {
	parts := strings.Split(line, ";")
	for i, part := range parts[1:] {
		key, value, _ := strings.Cut(part, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "expires") {
			continue
		}
		if t, ok := cookiedate.Parse(value); ok {
			parts[i+1] = key + "=" + date(t, by, value)
		}
	}
	return strings.Join(parts, ";")
}

// date is the moved date as HTTP writes it, or what it was where it has none: in
// year 10000, or before browsers read any.
func date(t time.Time, by time.Duration, was string) string {
	moved := t.Add(by).UTC()
	if moved.Year() > 9999 || moved.Year() < 1601 {
		return was
	}
	return moved.Format(http.TimeFormat)
}
