package policies

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"cookieaudit/scanner/observation"
)

const anySubdomain = "*."

// hostFits applies a host condition: h means h, whether as the domain of a
// cookie or host-only; *.h means h and its subdomains. An empty condition fits
// every host.
func hostFits(condition, host string) bool {
	if base, ok := strings.CutPrefix(condition, anySubdomain); ok {
		return within(host, base)
	}
	return condition == "" || condition == host
}

// within reports whether host is base or one of its subdomains.
func within(host, base string) bool { return host == base || strings.HasSuffix(host, "."+base) }

// ParseHost reads a host, or with wildcard also *.host, and returns it in lower
// case with A-labels.
func ParseHost(text string, wildcard bool) (string, error) {
	prefix, host := "", text
	if rest, ok := strings.CutPrefix(text, anySubdomain); ok && wildcard {
		prefix, host = anySubdomain, rest
	}
	switch {
	case strings.Contains(host, "//"):
		return "", fmt.Errorf("%q is a URL, not a host: write %s", text, hostInstead(host))
	case net.ParseIP(strings.Trim(host, "[]")) != nil:
		return strings.ToLower(strings.Trim(host, "[]")), nil
	case strings.ContainsAny(host, "/:?# "):
		return "", fmt.Errorf("%q is no host: write the name alone, without port or path", text)
	case strings.HasPrefix(host, "."):
		return "", fmt.Errorf("%q begins with a dot: write %s, or *%s for subdomains too", text, strings.TrimLeft(host, "."), host)
	case strings.HasPrefix(host, anySubdomain):
		return "", fmt.Errorf("%q needs no *: write %s, its subdomains are meant too", text, strings.TrimPrefix(host, anySubdomain))
	case strings.Contains(host, "*"):
		return "", fmt.Errorf("%q has a * in the wrong place: write example.org, or *.example.org for subdomains too", text)
	}
	host = strings.TrimSuffix(host, ".")
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		ascii = strings.ToLower(host) // it refuses underscores, which some hosts have
	}
	if !plainHost(ascii) {
		return "", fmt.Errorf("%q is no host: write a name such as www.example.org", text)
	}
	return prefix + ascii, nil
}

func plainHost(host string) bool {
	for _, label := range strings.Split(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return len(host) < 254
}

func hostInstead(raw string) string {
	if host := observation.HostOf(raw); host != "" {
		return host
	}
	return "the host alone"
}

// parseURL reads an absolute http or https URL and returns it with the host in
// A-labels.
func parseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "":
		host, err := ParseHost(u.Hostname(), false)
		if err != nil {
			return "", fmt.Errorf("the host in %w", err)
		}
		return strings.Replace(text, u.Hostname(), host, 1), nil
	case err == nil && u.Scheme == "" && strings.Contains(text, "."):
		return "", fmt.Errorf("%q is no absolute URL: write https://%s", text, strings.TrimLeft(text, "/"))
	}
	return "", fmt.Errorf("%q is no http or https URL: write https://host/path", text)
}
