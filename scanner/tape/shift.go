package tape

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
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
		if t, ok := cookieDate(value); ok {
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

// cookieDate reads a date in whatever form a browser reads it (RFC 6265 section
// 5.1.1): time, day, month and year are known by their looks, wherever they stand.
func cookieDate(s string) (time.Time, bool) {
	var clock []int
	day, year := -1, -1
	var month time.Month
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r != ':' && !alphanumeric(r) }) {
		number, digits := lead(word)
		switch {
		case clock == nil && strings.Count(word, ":") == 2:
			for _, part := range strings.Split(word, ":") {
				n, digits := lead(part)
				if digits == 0 || digits > 2 {
					return time.Time{}, false
				}
				clock = append(clock, n)
			}
		case day < 0 && (digits == 1 || digits == 2):
			day = number
		case month == 0 && monthOf(word) > 0:
			month = monthOf(word)
		case year < 0 && digits >= 2 && digits <= 4:
			year = number
		}
	}
	switch {
	case year >= 70 && year <= 99:
		year += 1900
	case year >= 0 && year <= 69:
		year += 2000
	}
	if clock == nil || clock[0] > 23 || clock[1] > 59 || clock[2] > 59 || day < 1 || day > 31 || month == 0 || year < 1601 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, clock[0], clock[1], clock[2], 0, time.UTC)
	return t, t.Day() == day
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// lead is the number that a word begins with, and how many digits it has.
func lead(word string) (number, digits int) {
	for digits < len(word) && word[digits] >= '0' && word[digits] <= '9' {
		digits++
	}
	number, _ = strconv.Atoi(word[:min(digits, 9)])
	return number, digits
}

func monthOf(word string) time.Month {
	if len(word) < 3 {
		return 0
	}
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String()[:3], word[:3]) {
			return m
		}
	}
	return 0
}
