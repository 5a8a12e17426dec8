package collector

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// unpack undoes the compression that a body's Content-Encoding names or its first
// bytes show. whole is false where that failed, or gave more than maxHay bytes.
func unpack(raw []byte, encoding string) (text []byte, whole bool) {
	encoding = strings.ToLower(encoding)
	var r io.Reader
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
		r, err = gzip.NewReader(bytes.NewReader(raw))
	case len(raw) > 1 && raw[0] == 0x78 && (int(raw[0])<<8|int(raw[1]))%31 == 0:
		// Text may begin like that, too.
		if r, err = zlib.NewReader(bytes.NewReader(raw)); err == nil {
			if out, err := io.ReadAll(io.LimitReader(r, maxHay+1)); err == nil {
				return out, len(out) <= maxHay
			}
		}
		return raw, encoding == "" || encoding == "identity"
	case encoding == "" || encoding == "identity":
		return raw, true
	case strings.Contains(encoding, "deflate"):
		r = flate.NewReader(bytes.NewReader(raw))
	default: // nobody here can undo it, or it does not hold what it says
		return raw, textual(raw)
	}
	if err != nil {
		return raw, false
	}
	out, err := io.ReadAll(io.LimitReader(r, maxHay+1))
	return out, err == nil && len(out) <= maxHay
}

const (
	// minText is the shortest run of printable characters that counts as text
	// amid other bytes; random bytes have next to none.
	minText = 6
	// textShare is which part of a body must be text for its values to be found
	// as they are.
	textShare = 10
)

// textual reports whether values would show in a body as they are: it is text, or
// a binary form that holds text, and not packed or encrypted.
func textual(b []byte) bool {
	letters := utf8.Valid(b) // beyond ASCII
	inText, run, strange := 0, 0, false
	for i := range len(b) + 1 {
		switch {
		case i < len(b) && (b[i] >= 0x20 && b[i] < 0x7f || letters && b[i] >= 0x80 || b[i] == '\t' || b[i] == '\n' || b[i] == '\r'):
			run++
			continue
		case i < len(b):
			strange = true
		}
		if run >= minText {
			inText += run
		}
		run = 0
	}
	return !strange || inText*textShare >= len(b)
}

// field is a named value of a request, as it was before it was encoded.
type field struct{ name, value string }

func queryFields(query string) []field {
	var out []field
	for _, part := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, _ := strings.Cut(part, "=")
		out = append(out, field{plain(name), plain(value)})
	}
	return out
}

func plain(s string) string {
	if p, err := url.QueryUnescape(s); err == nil {
		return p
	}
	return s
}

var (
	formStart = regexp.MustCompile(`^[\w.%\[\]-]{1,64}=`)
	partForm  = regexp.MustCompile(`name="([^"\r\n]{1,64})"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]{1,512})\r\n`)
)

// bodyFields are the fields of a form, also of several lines, and the texts in JSON,
// also of several values one after the other and of those in a form's fields.
func bodyFields(body []byte) []field {
	body = bytes.TrimSpace(body)
	if fields, ok := jsonFields(body); ok {
		return fields
	}
	switch {
	case bytes.HasPrefix(body, []byte("--")):
		var out []field
		for _, m := range partForm.FindAllSubmatch(body, maxFields) {
			out = append(out, field{string(m[1]), string(m[2])})
		}
		return out
	case !formStart.Match(body):
		return nil
	}
	var out []field
	for line := range strings.Lines(string(body)) {
		for _, f := range queryFields(strings.TrimSpace(line)) {
			out = append(out, f)
			if inside, ok := jsonFields([]byte(f.value)); ok {
				out = append(out, inside...)
			}
		}
	}
	return out
}

const (
	// maxFields bounds what is looked at of one body.
	maxFields = 1000
	// maxDepth is how many objects and lists deep JSON is looked into: batches hold
	// events, which hold what they are about.
	maxDepth = 10
)

// jsonFields are the texts in objects and lists of JSON, each by its name and that of
// the object that it is in; ok is false for what is no JSON.
func jsonFields(text []byte) (out []field, ok bool) {
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	var walk func(in, name string, value any, depth int)
	walk = func(in, name string, value any, depth int) {
		if depth > maxDepth || len(out) >= maxFields {
			return
		}
		switch value := value.(type) {
		case string:
			out = append(out, field{strings.TrimPrefix(in+"."+name, "."), value})
		case []any:
			for _, v := range value {
				walk(in, name, v, depth+1)
			}
		case map[string]any:
			for _, n := range slices.Sorted(maps.Keys(value)) {
				walk(name, n, value[n], depth+1)
			}
		}
	}
	for values := json.NewDecoder(bytes.NewReader(text)); ; {
		var value any
		switch err := values.Decode(&value); {
		case err == io.EOF:
			return out, true
		case err != nil:
			return nil, false
		}
		walk("", "", value, 0)
	}
}
