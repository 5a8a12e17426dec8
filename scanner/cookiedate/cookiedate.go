// Package cookiedate reads the dates of cookies as browsers do. It stands by itself so
// that what is recorded of a cookie and what a tape makes of it cannot disagree.
package cookiedate

import (
	"strconv"
	"strings"
	"time"
)

// Parse reads a date as Chromium does, which asks less than RFC 6265 section 5.1.1:
// time, day, month and year are known by their looks, wherever they stand. A day that
// its month does not have is no date.
func Parse(s string) (time.Time, bool) {
	var clock []int
	day, year := -1, -1
	var month time.Month
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r < 0x80 && r != ':' && !alphanumeric(r) }) {
		switch {
		case word[0] < '0' || word[0] > '9':
			if month == 0 {
				month = monthOf(word)
			}
		case strings.Contains(word, ":"):
			if clock == nil {
				clock = clockOf(word)
			}
		case day < 0 && len(word) <= 2:
			day = number(word)
		case year < 0 && len(word) <= 5:
			year = number(word)
		}
	}
	switch {
	case year >= 70 && year <= 99:
		year += 1900
	case year >= 0 && year <= 69:
		year += 2000
	}
	if clock == nil || clock[0] > 23 || clock[1] > 59 || clock[2] > 59 || day < 1 || month == 0 || year < 0 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, clock[0], clock[1], clock[2], 0, time.UTC)
	return t, t.Day() == day
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// clockOf are hour, minute and second, nil for what is none.
func clockOf(word string) []int {
	parts := strings.Split(word, ":")
	var out []int
	for _, part := range parts {
		n := number(part)
		if n < 0 || len(parts) != 3 {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// number is a word of digits, -1 for any other.
func number(word string) int {
	n, err := strconv.ParseUint(word, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
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
