package chrome

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"strings"
)

// flags are the switches of every scan, measured one by one. Missing on
// purpose: enable-automation (consent managers hide from it) and
// disable-popup-blocking (pop-ups no visitor would get).
func flags(o Options, profile, version string) []string {
	off := "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate,SpareRendererForSitePerProcess"
	if o.NoIsolation {
		off += ",IsolateOrigins,site-per-process"
	}
	var list []string
	if !o.Visible {
		list = append(list, "--headless=new")
	}
	list = append(list,
		"--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
		"--no-startup-window", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-extensions", "--disable-default-apps", "--disable-domain-reliability",
		"--metrics-recording-only", "--disable-dev-shm-usage", "--disable-smooth-scrolling",
		"--disable-breakpad", "--mute-audio", "--hide-scrollbars", "--password-store=basic",
		"--remote-debugging-pipe", "--window-size=1366,900", "--gaia-url=http://127.0.0.1:9",
		"--disable-blink-features=AutomationControlled",
		"--user-agent="+userAgent(version),
		"--accept-lang="+o.Locale,
		"--lang="+strings.Split(o.Locale, ",")[0],
		// One list: a second switch of the same name replaces the first. The
		// omnibox pages alone cost more than a whole scan.
		"--disable-features="+off,
		"--host-resolver-rules="+strings.Join(append([]string{"MAP update.googleapis.com ~NOTFOUND"}, o.resolverRules()...), ", "),
		"--user-data-dir="+profile,
	)
	if o.Proxy.Address != "" {
		list = append(list, proxyServer+"="+o.Proxy.Address, proxyKey+"="+o.Proxy.SPKI,
			// Else a page's peer connections would pass it by. Versions differ in
			// the name.
			"--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp")
	}
	if o.Insecure {
		list = append(list, "--ignore-certificate-errors")
	}
	if o.NoIsolation {
		list = append(list, "--disable-site-isolation-trials")
	}
	if !sandboxed() {
		// The sandbox cannot be had as root. Site isolation stays on then, unless
		// told otherwise.
		list = append(list, "--no-sandbox")
	}
	return append(list, o.Extra...)
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

// Proxy is an HTTP proxy on this machine that makes certificates of its own.
type Proxy struct {
	// Address is host:port, for the browser's own errands; contexts name proxies of
	// their own, see Hooks. The browser's self-test on loopback passes it by.
	Address string
	// SPKI is the SHA-256 of the public key info of its authority, in base64.
	SPKI string
}

const (
	proxyServer = "--proxy-server"
	proxyKey    = "--ignore-certificate-errors-spki-list" // works with --user-data-dir only
)

// Route is where a connection for host:port goes by ConnectTo: there, or
// elsewhere. A proxy has to ask, since its browser does not look names up.
func (o Options) Route(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "localhost" || host == "127.0.0.1" {
		return address
	}
	for _, c := range o.ConnectTo {
		if c.fits(strings.ToLower(host), port) {
			return net.JoinHostPort(strings.Trim(c.Addr, "[]"), cmp.Or(c.AddrPort, port))
		}
	}
	return address
}

func (c ConnectTo) fits(host, port string) bool {
	if c.Port != "" && c.Port != port {
		return false
	}
	want := strings.ToLower(strings.Trim(c.Host, "[]"))
	if end, ok := strings.CutPrefix(want, "*."); ok {
		return strings.HasSuffix(host, "."+end)
	}
	return want == "" || want == "*" || want == host
}

func (o Options) resolverRules() []string {
	var rules []string
	if o.Proxy.Address != "" {
		// Names are the proxy's to look up, and nobody else's.
		return []string{"MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1"}
	}
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
