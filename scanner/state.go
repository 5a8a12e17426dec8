package scanner

import (
	"slices"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// state says how a navigation ended, and why in words. Whether the status or the
// host that came instead make the page useless is the judge's to say.
func state(l chrome.Load) (observation.PageState, []string) {
	switch {
	case l.Crashed:
		return observation.PageCrashed, []string{"its renderer crashed"}
	case l.Download:
		return observation.PageDownload, []string{"the address is a download, not a page"}
	case l.Hung && l.Error != "":
		return observation.PageHung, []string{"the server gave " + l.Error}
	case l.Error != "":
		return observation.PageFailed, []string{explain(l.Error)}
	case l.Loop:
		return observation.PageHung, []string{"it loads itself again and again"}
	}
	return observation.PageOK, nil
}

// unloaded says what a page that did not load in time waited for.
func unloaded(l chrome.Load) string {
	switch {
	case l.Error != "":
		return l.Error
	case len(l.Awaited) > 0:
		return "no answer from " + strings.Join(l.Awaited[:min(len(l.Awaited), 5)], ", ")
	}
	return "what it loads does not come to an end"
}

// explain turns Chromium's network errors into words with the next step.
func explain(code string) string {
	for prefix, words := range map[string]string{
		"net::ERR_NAME_NOT_RESOLVED":        "its host name cannot be resolved: check the address, or use --connect-to for a staging host",
		"net::ERR_CONNECTION_REFUSED":       "the host refused the connection: check that the server runs",
		"net::ERR_CONNECTION_TIMED_OUT":     "the host did not answer",
		"net::ERR_ADDRESS_UNREACHABLE":      "the host cannot be reached from here",
		"net::ERR_INTERNET_DISCONNECTED":    "there is no network",
		"net::ERR_TOO_MANY_REDIRECTS":       "it redirects in a circle",
		"net::ERR_CERT":                     "its certificate is not valid: mend it, or use --insecure for a staging site",
		"net::ERR_SSL":                      "a secure connection could not be made",
		"net::ERR_INVALID_AUTH_CREDENTIALS": "it asks for a log-in: use --basic-auth",
		"net::ERR_TUNNEL_CONNECTION_FAILED": "the recording proxy got no connection to the host, or the tape has none: check the address and that the server runs",
		"net::ERR_EMPTY_RESPONSE":           "the server sent nothing",
		"net::ERR_ABORTED":                  "it sent no page (such as HTTP 204)",
	} {
		if strings.HasPrefix(code, prefix) {
			return words + " (" + code + ")"
		}
	}
	return code
}

// moved reports whether a page's address has another path than asked for.
func moved(asked, final string) bool {
	a, err1 := observation.ParseURL(asked)
	f, err2 := observation.ParseURL(final)
	return err1 == nil && err2 == nil && strings.TrimSuffix(a.Path, "/") != strings.TrimSuffix(f.Path, "/")
}

func sameSite(links []string, page string) []string {
	site := observation.Site(observation.HostOf(page))
	out := slices.DeleteFunc(slices.Clone(links), func(l string) bool {
		return !strings.HasPrefix(l, "http") || observation.Site(observation.HostOf(l)) != site
	})
	return out[:min(len(out), 200)]
}

// fileName makes an ID fit to be part of a file's name.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(id))
}
