package report

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"cookieaudit/scanner/observation"
)

// legible copies v with every string in it made safe to show to a person, on a
// terminal and elsewhere. Working on such a copy leaves no place where a format
// could forget it.
func legible[T any](v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	copyLegible(out, reflect.ValueOf(&v).Elem(), false)
	return out.Interface().(T)
}

var keyType = reflect.TypeFor[observation.Key]()

// copyLegible copies src to dst. strict spells out line breaks too: a name has
// none unless it wants to look like two.
func copyLegible(dst, src reflect.Value, strict bool) {
	switch src.Kind() {
	case reflect.String:
		dst.SetString(spell(src.String(), strict))
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			copyLegible(dst.Elem(), src.Elem(), strict)
		}
	case reflect.Slice:
		if !src.IsNil() {
			dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				copyLegible(dst.Index(i), src.Index(i), strict)
			}
		}
	case reflect.Map:
		copyLegibleMap(dst, src, strict)
	case reflect.Struct:
		dst.Set(src)
		for i := range src.NumField() {
			if src.Type().Field(i).IsExported() {
				copyLegible(dst.Field(i), src.Field(i), src.Type() == keyType)
			}
		}
	default:
		dst.Set(src)
	}
}

func copyLegibleMap(dst, src reflect.Value, strict bool) {
	if src.IsNil() {
		return
	}
	dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
	for it := src.MapRange(); it.Next(); {
		k, v := reflect.New(src.Type().Key()).Elem(), reflect.New(src.Type().Elem()).Elem()
		copyLegible(k, it.Key(), strict)
		copyLegible(v, it.Value(), strict)
		dst.SetMapIndex(k, v)
	}
}

// Legible spells out the characters of s that a terminal would obey, that
// change the order of what is read, or that do not show: ESC becomes \u001b,
// RIGHT-TO-LEFT OVERRIDE \u202e. Line breaks and tabs become spaces.
func Legible(s string) string { return spell(s, false) }

func spell(s string, strict bool) string {
	if utf8.ValidString(s) && strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case !strict && (r == '\n' || r == '\t'):
			b.WriteByte(' ')
		case hidden(r):
			b.WriteString(escaped(r))
		default:
			b.WriteRune(r)
		}
		s = s[n:]
	}
	return b.String()
}

// hidden reports characters that act instead of showing: controls (C0, DEL,
// C1), format characters (bidi controls, zero width, tags), line and paragraph
// separators, private use.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

func escaped(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
