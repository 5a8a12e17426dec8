package observation

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// Value stands for a stored value without holding it.
type Value struct {
	// Digest is an HMAC-SHA256 (first 16 bytes, hex) under a key that lives for
	// one scan: equal values of one scan have equal digests, and nothing else
	// can be learned from it. Empty for an empty value.
	Digest string `json:"digest,omitempty"`
	Shape  Shape  `json:"shape"`
}

// Shape says what a value looks like.
type Shape struct {
	Length   int    `json:"length"`             // bytes
	Alphabet string `json:"alphabet,omitempty"` // digits, hex, alphanumeric, base64, text or binary
	// Bits is an upper bound of the information in the value: length times the
	// entropy of its characters.
	Bits int      `json:"bits,omitempty"`
	Is   []string `json:"is,omitempty"` // uuid, jwt, email, card, ip, time, tc-string, json
	// Exact are those of Is that the whole value is, or the whole of one field of
	// a list or of JSON: an address in a longer text may be anybody's.
	Exact []string `json:"exact,omitempty"` // email
	Keys  []string `json:"keys,omitempty"`  // of a JSON object, sorted
}

// Redactor turns raw values into Values. It is safe for concurrent use.
type Redactor struct {
	key []byte

	mu     sync.RWMutex
	hidden []string // what must not show in addresses and texts
	named  []string // and in the names of items
}

// Hide masks a value in all addresses, texts and names from now on: what was typed
// into a field comes back in titles and paths.
func (r *Redactor) Hide(value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hidden = withForms(r.hidden, value)
	r.named = withForms(r.named, value)
}

// Expect masks a value that will be typed in the names of items, from the first write
// on, so that no item has two names.
func (r *Redactor) Expect(value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.named = withForms(r.named, value)
}

// withForms adds a value as it is and as it stands in addresses. The longest come
// first: one may be a part of another.
func withForms(list []string, value string) []string {
	if len(value) < 4 {
		return list
	}
	for _, v := range []string{value, strings.ToLower(value)} {
		for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "+", "%20")} {
			if !slices.Contains(list, form) {
				list = append(list, form)
			}
		}
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return list
}

func (r *Redactor) mask(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, h := range r.hidden {
		s = strings.ReplaceAll(s, h, typed)
	}
	return s
}

// minNamed is the length from which a hidden value is masked in the names of items,
// which must stay as they are wherever they can: they are known and declared by them.
const minNamed = 6

// Name masks a hidden value that stands by itself in the name, path or part of an item.
func (r *Redactor) Name(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, h := range r.named {
		if len(h) < minNamed {
			continue
		}
		for from := 0; ; {
			i := strings.Index(s[from:], h)
			if i < 0 {
				break
			}
			begin, end := from+i, from+i+len(h)
			if wordy(s, begin-1) && wordy(s, begin) || wordy(s, end-1) && wordy(s, end) {
				from = begin + 1
				continue
			}
			s = s[:begin] + typed + s[end:]
			from = begin + len(typed)
		}
	}
	return s
}

// wordy reports whether a letter or figure stands at i.
func wordy(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z')
}

// Key masks what was typed in an item's name and path.
func (r *Redactor) Key(k Key) Key {
	k.Name, k.Path = r.Name(k.Name), r.Name(k.Path)
	return k
}

// typed stands for a value that Hide was told of.
const typed = "{typed}"

// NewRedactor makes a redactor with a key that must be random, secret and
// thrown away with the scan.
func NewRedactor(key []byte) *Redactor { return &Redactor{key: slices.Clone(key)} }

// Value digests a raw value.
func (r *Redactor) Value(raw string) Value {
	v := Value{Shape: ShapeOf(raw)}
	for i, k := range v.Shape.Keys {
		v.Shape.Keys[i] = r.Name(k)
	}
	if raw != "" {
		mac := hmac.New(sha256.New, r.key)
		mac.Write([]byte(raw))
		v.Digest = hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return v
}

// allowedQuery are the query parameters whose values are kept: consent signals
// that every reader of a report must be able to check, and nothing personal.
var allowedQuery = map[string]bool{"gcs": true, "gcd": true, "gpp": true, "tcf": true, "v": true, "en": true}

// URL redacts a URL: query values become shapes such as {18 digits}, log-in
// data and fragments go, path segments that hold an e-mail address, a token or
// an identifier become shapes. data: URLs keep their type only.
func (r *Redactor) URL(raw string) string {
	host, rest := r.address(raw)
	return host + r.mask(rest)
}

// address takes an address apart behind its host, which everything is joined by.
func (r *Redactor) address(raw string) (host, rest string) {
	u, err := url.Parse(raw)
	asWritten := err != nil
	if asWritten {
		if u, err = ParseURL(raw); err != nil {
			if i := strings.IndexAny(raw, "?#"); i >= 0 {
				raw = raw[:i]
			}
			return "", r.Text(raw)
		}
	}
	if u.Scheme == "data" || u.Opaque != "" {
		head, _, _ := strings.Cut(raw, ",")
		if u.Scheme == "blob" || u.Scheme == "about" {
			return "", raw
		}
		return "", head
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	query := u.RawQuery
	u.RawQuery = ""
	path := u.EscapedPath()
	if asWritten {
		path, query = pathAndQuery(raw)
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		bare, parameter, ok := strings.Cut(s, ";")
		segments[i] = shaped(bare, url.PathUnescape)
		if ok { // ;jsessionid=... carries a session's identifier
			name, value, _ := strings.Cut(parameter, "=")
			segments[i] += ";" + shaped(name, url.PathUnescape) + "=" + ShapeOf(value).String()
		}
	}
	if u.Scheme != "" || u.Host != "" {
		host = (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
	}
	rest = strings.Join(segments, "/")
	if query == "" {
		return host, rest
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, value, has := strings.Cut(p, "=")
		name = shaped(name, url.QueryUnescape)
		if !has {
			parts[i] = name
			if len(name) > 16 {
				parts[i] = ShapeOf(name).String()
			}
			continue
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		if allowedQuery[name] && len(value) <= 200 && !private(value) {
			parts[i] = name + "=" + url.QueryEscape(value)
			continue
		}
		parts[i] = name + "=" + ShapeOf(value).String()
	}
	return host, rest + "?" + strings.Join(parts, "&")
}

// pathAndQuery are those of an address as they were written.
func pathAndQuery(raw string) (path, query string) {
	raw, _, _ = strings.Cut(raw, "#")
	path, query, _ = strings.Cut(raw, "?")
	if _, rest, ok := strings.Cut(path, "://"); ok {
		path = rest[strings.IndexByte(rest+"/", '/'):]
	}
	return path, query
}

// shaped is a part of an address, or its shape where it is private.
func shaped(part string, unescape func(string) (string, error)) string {
	plain, err := unescape(part)
	if err != nil {
		plain = part
	}
	if private(plain) {
		return ShapeOf(plain).String()
	}
	return part
}

// Text masks what looks personal in free text of a page: e-mail addresses,
// identifiers, tokens and card numbers.
func (r *Redactor) Text(s string) string {
	s = r.mask(s)
	s = emailForm.ReplaceAllString(s, "{email}")
	s = uuidIn.ReplaceAllString(s, "{uuid}")
	s = jwtIn.ReplaceAllString(s, "{jwt}")
	return cardForm.ReplaceAllStringFunc(s, func(m string) string {
		if hasCard(m) {
			return "{card}"
		}
		return m
	})
}

func private(s string) bool {
	if emailForm.MatchString(s) {
		return true
	}
	sh := ShapeOf(s)
	for _, is := range sh.Is {
		if is == "jwt" || is == "uuid" || is == "card" {
			return true
		}
	}
	return sh.Length >= 24 && (sh.Alphabet == "hex" || sh.Alphabet == "digits")
}

// String is the shape in braces, short enough for a URL.
func (s Shape) String() string {
	if s.Length == 0 {
		return ""
	}
	what := s.Alphabet
	if len(s.Is) > 0 {
		what = strings.Join(s.Is, "+")
	}
	return fmt.Sprintf("{%d %s}", s.Length, what)
}

var (
	uuidForm  = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	uuidIn    = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	jwtIn     = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`)
	jwtForm   = regexp.MustCompile(`^eyJ[\w-]+\.[\w-]+\.[\w-]*$`)
	emailForm = regexp.MustCompile(`(?i)[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+`)
	cardForm  = regexp.MustCompile(`\b(?:\d[ -]?){12,18}\d\b`)
	tcForm    = regexp.MustCompile(`^C[A-Za-z0-9_-]{19,}(\.[A-Za-z0-9_-]+)*$`)
)

// inspected is how much of a value is looked at for its shape: a site may store
// megabytes, and what identifies a visitor stands in front.
const inspected = 16 << 10

// ShapeOf describes a raw value by its first 16 KB.
func ShapeOf(raw string) Shape {
	s := Shape{Length: len(raw)}
	if raw == "" {
		return s
	}
	part := raw[:min(len(raw), inspected)]
	s.Alphabet = alphabet(part)
	s.Bits = bits(part) * (len(raw) / len(part))
	plain := part
	if u, err := url.QueryUnescape(part); err == nil {
		plain = u
	}
	add := func(is string, ok bool) {
		if ok {
			s.Is = append(s.Is, is)
		}
	}
	add("card", hasCard(plain))
	add("email", hasEmail(plain))
	if exactEmail(plain) {
		s.Exact = append(s.Exact, "email")
	}
	add("ip", net.ParseIP(plain) != nil)
	keys, isJSON := jsonKeys(plain)
	add("json", isJSON)
	add("jwt", jwtForm.MatchString(plain))
	add("tc-string", tcForm.MatchString(plain) && tcVersion(plain))
	add("time", isTime(plain))
	add("uuid", uuidForm.MatchString(plain))
	s.Keys = keys
	return s
}

// hasEmail looks more closely than redaction, which rather masks too much: the
// name of a file or a release, the log-in in an address (https://key@host/,
// name:word@host) and the address of an office (info@) are nobody's e-mail address.
func hasEmail(s string) bool {
	for _, at := range emailForm.FindAllStringIndex(s, -1) {
		if isEmail(s[at[0]:at[1]]) && !strings.HasSuffix(s[:at[0]], "//") && !loggingIn(s[:at[0]]) {
			return true
		}
	}
	return false
}

// loggingIn: what stands before @ is the password of an address.
func loggingIn(before string) bool {
	return strings.HasSuffix(before, ":") && !strings.HasSuffix(before, "mail:") && !strings.HasSuffix(before, "mailto:")
}

var (
	topLevel = regexp.MustCompile(`(?i)\.[a-z]{2,}$`)
	// logo@2x.png, app@1.2.3, library@18.2.0-rc.next; but 163.com is a provider.
	release = regexp.MustCompile(`(?i)^(\d{1,2}x?\.|\d[^.]*\.\d)`)
	fileEnd = regexp.MustCompile(`(?i)\.(avif|bmp|css|csv|eot|gif|html?|ico|jpe?g|jsx?|json|map|md|mjs|mp[34]|otf|pdf|png|svg|tsx?|ttf|txt|wasm|webm|webp|woff2?|xml|ya?ml)$`)
	office  = regexp.MustCompile(`(?i)^(abuse|admin|contact|dpo|enquiries|feedback|hello|help|helpdesk|info|mail|marketing|no-?reply|office|postmaster|press|privacy|sales|service|support|team|webmaster)$`)
)

func isEmail(s string) bool {
	user, host, _ := strings.Cut(s, "@")
	return topLevel.MatchString(host) && !release.MatchString(host) && !fileEnd.MatchString(host) && !office.MatchString(user)
}

// exactEmail reports whether a value, or a whole field of it, is an address.
func exactEmail(s string) bool {
	if whole(s) {
		return true
	}
	var data any
	if json.Unmarshal([]byte(s), &data) == nil {
		return inJSON(data)
	}
	for _, field := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("|;,&^~\t\n", r) }) {
		_, value, named := strings.Cut(field, "=")
		if whole(field) || named && whole(value) {
			return true
		}
	}
	return false
}

func inJSON(data any) bool {
	switch d := data.(type) {
	case string:
		return whole(d)
	case []any:
		return slices.ContainsFunc(d, inJSON)
	case map[string]any:
		for _, v := range d {
			if inJSON(v) {
				return true
			}
		}
	}
	return false
}

func whole(s string) bool {
	s = strings.Trim(s, " \"'<>")
	return emailForm.FindString(s) == s && s != "" && isEmail(s)
}

func alphabet(s string) string {
	digits, hexa, alnum, b64, text := true, true, true, true, true
	for _, c := range []byte(s) {
		isDigit := c >= '0' && c <= '9'
		isHex := isDigit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		isAlnum := isDigit || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digits = digits && isDigit
		hexa = hexa && isHex
		alnum = alnum && isAlnum
		b64 = b64 && (isAlnum || c == '+' || c == '/' || c == '-' || c == '_' || c == '=')
		text = text && c >= 0x20 && c != 0x7f
	}
	switch {
	case digits:
		return "digits"
	case hexa:
		return "hex"
	case alnum:
		return "alphanumeric"
	case b64:
		return "base64"
	case text:
		return "text"
	}
	return "binary"
}

func bits(s string) int {
	var count [256]int
	for _, c := range []byte(s) {
		count[c]++
	}
	h, n := 0.0, float64(len(s))
	for _, k := range count {
		if k > 0 {
			p := float64(k) / n
			h -= p * math.Log2(p)
		}
	}
	return int(math.Round(h * n))
}

func jsonKeys(s string) ([]string, bool) {
	if s == "" || s[0] != '{' && s[0] != '[' {
		return nil, false
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(s), &object) == nil {
		keys := make([]string, 0, len(object))
		for k := range object {
			if private(k) || len(k) > 40 {
				k = ShapeOf(k).String()
			}
			keys = append(keys, k)
		}
		sort.Strings(keys)
		if len(keys) > 20 {
			keys = keys[:20]
		}
		return keys, true
	}
	return nil, json.Valid([]byte(s))
}

func hasCard(s string) bool {
	for _, m := range cardForm.FindAllString(s, 8) {
		sum, n, double := 0, 0, false
		for i := len(m) - 1; i >= 0; i-- {
			if m[i] < '0' || m[i] > '9' {
				continue
			}
			d := int(m[i] - '0')
			if double {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum, double, n = sum+d, !double, n+1
		}
		// Issuer ranges in use begin with 2 to 6; others are counters and times.
		if sum%10 == 0 && n >= 13 && m[0] >= '2' && m[0] <= '6' {
			return true
		}
	}
	return false
}

// isTime reports a Unix time in seconds or milliseconds between 2001 and 2286.
func isTime(s string) bool {
	if len(s) != 10 && len(s) != 13 {
		return false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n >= 1_000_000_000
}

// tcVersion reports whether the string's first six bits are 2, the version of
// every TC string in use.
func tcVersion(s string) bool {
	core, _, _ := strings.Cut(s, ".")
	b, err := base64.RawURLEncoding.DecodeString(core)
	return err == nil && len(b) > 0 && b[0]>>2 == 2
}
