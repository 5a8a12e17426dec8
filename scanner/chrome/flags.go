package chrome

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// flags are the switches of every scan, measured one by one. Missing on
// purpose: enable-automation (consent managers hide from it) and
// disable-popup-blocking (pop-ups no visitor would get).
func flags(o Options, profile, version string) []string {
	list := []string{
		"--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
		"--no-startup-window", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-extensions", "--disable-default-apps", "--disable-domain-reliability",
		"--metrics-recording-only", "--disable-dev-shm-usage", "--disable-smooth-scrolling",
		"--disable-breakpad", "--mute-audio", "--hide-scrollbars", "--password-store=basic",
		"--remote-debugging-pipe", "--window-size=1366,900", "--gaia-url=http://127.0.0.1:9",
		"--disable-blink-features=AutomationControlled",
		"--user-agent=" + userAgent(version),
		"--accept-lang=" + o.Locale,
		// One list: a second switch of the same name replaces the first. The
		// omnibox pages alone cost more than a whole scan.
		"--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup," +
			"NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate",
		"--host-resolver-rules=" + strings.Join(append([]string{"MAP update.googleapis.com ~NOTFOUND"}, o.resolverRules()...), ", "),
		"--user-data-dir=" + profile,
	}
	if o.Insecure {
		list = append(list, "--ignore-certificate-errors")
	}
	if !sandboxed() {
		// The sandbox cannot be had as root. Site isolation stays on then.
		list = append(list, "--no-sandbox")
	}
	return list
}

// sandboxed reports whether the browser can run in its sandbox: not as root.
func sandboxed() bool { return os.Geteuid() != 0 }

// userAgent is what a visitor's Chrome of that version sends: without
// "HeadlessChrome", from which real consent managers hide.
func userAgent(version string) string {
	major, _, _ := strings.Cut(version, ".")
	return fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Safari/537.36", major)
}

// ConnectTo sends connections for Host:Port to Addr:AddrPort, as curl's
// --connect-to does. An empty host or port means any; a host may be *.name.
type ConnectTo struct{ Host, Port, Addr, AddrPort string }

// ParseConnectTo reads HOST:PORT:ADDR:PORT; IPv6 addresses stand in brackets.
func ParseConnectTo(s string) (ConnectTo, error) {
	var parts []string
	for rest := s; ; {
		end := strings.IndexByte(rest, ':')
		if strings.HasPrefix(rest, "[") {
			close := strings.IndexByte(rest, ']')
			if close < 0 {
				break
			}
			end = close + 1
			if end == len(rest) {
				end = -1
			}
		}
		if end < 0 {
			parts = append(parts, rest)
			break
		}
		parts = append(parts, rest[:end])
		rest = rest[end+1:]
	}
	if len(parts) != 4 || parts[2] == "" {
		return ConnectTo{}, fmt.Errorf("connect-to %q: want HOST:PORT:ADDR:PORT, such as shop.test:443:127.0.0.1:8443", s)
	}
	return ConnectTo{parts[0], parts[1], parts[2], parts[3]}, nil
}

func (o Options) resolverRules() []string {
	var rules []string
	for _, c := range o.ConnectTo {
		host, to := c.Host, c.Addr
		if host == "" {
			host = "*"
		}
		if c.Port != "" {
			host = net.JoinHostPort(strings.Trim(host, "[]"), c.Port)
		}
		if c.AddrPort != "" {
			to = net.JoinHostPort(strings.Trim(to, "[]"), c.AddrPort)
		}
		rules = append(rules, "MAP "+host+" "+to)
	}
	if len(rules) > 0 {
		// The self-test must reach this machine whatever is mapped.
		rules = append(rules, "EXCLUDE localhost", "EXCLUDE 127.0.0.1")
	}
	return rules
}
