package policies

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// units in the spellings that policies use. A month is a twelfth of a year of
// 365.25 days, so that 12 months are a year.
var units = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": day, "day": day, "days": day,
	"w": 7 * day, "wk": 7 * day, "wks": 7 * day, "week": 7 * day, "weeks": 7 * day,
	"mo": month, "mos": month, "month": month, "months": month,
	"y": 12 * month, "yr": 12 * month, "yrs": 12 * month, "year": 12 * month, "years": 12 * month,
}

const month = 30*day + 10*time.Hour + 30*time.Minute // 30.4375 days

var (
	durationForm = regexp.MustCompile(`^(?:\s*\d+(?:\.\d+)?\s*[A-Za-z]+)+\s*$`)
	durationPart = regexp.MustCompile(`(\d+(?:\.\d+)?)\s*([A-Za-z]+)`)
)

const durationHelp = "write a number and s, min, h, d, w, mo or y, such as 30 min, 24 months, 1 year"

// ParseDuration reads a duration as policies print it: numbers with units, such
// as 30m, 24 months, 1 h 30 min. m is minutes; a capital M is refused, because
// some write it for months.
func ParseDuration(text string) (time.Duration, error) {
	if !durationForm.MatchString(text) {
		return 0, fmt.Errorf("%q is no duration: %s", text, durationHelp)
	}
	total := 0.0
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		if part[2] == "M" {
			return 0, fmt.Errorf("%q may be minutes or months: write min or mo", text)
		}
		unit, ok := units[strings.ToLower(part[2])]
		if !ok {
			return 0, fmt.Errorf("unknown unit %q in %q: %s", part[2], text, durationHelp)
		}
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no duration: %s", text, durationHelp)
		}
		total += n * float64(unit)
	}
	switch {
	case total < 1:
		return 0, fmt.Errorf("%q is no time at all: write how long it lasts, or session", text)
	case total >= math.MaxInt64:
		return 0, fmt.Errorf("%q is more than 292 years: write indefinite", text)
	}
	return time.Duration(math.Round(total)), nil
}
