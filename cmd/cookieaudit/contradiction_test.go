package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TC strings of the reference package @iabtechlabtcf/core: nothing agreed to, and a
// little.
const (
	stringNo  = "CQt-4cAQt-4cAEsACBENAwFgAAAAAAAAAAYgAAAAAAAA.IIrwBIAAgAGAAoBeYEVw.YAAAAAAAAAAA"
	stringYes = "CQt-4cAQt-4cAEsACBENAwEoAKCAAAAAAAYgF5wAgABALzAAAACEgAgLzAAA"
)

// twoRecords is a site that keeps the choice by itself, in the cookie consent, and
// beside it has a TC string and Consent Mode. Each writes a yes or a no as its
// expression of v, the button's word, has it.
func twoRecords(cookie, tc, mode string) string {
	return fmt.Sprintf(`<div id=b style="position:fixed;bottom:0;background:#ddd;width:600px"><p>We use cookies.</p>
<button onclick="choose('yes')">Accept all</button> <button onclick="choose('no')">Reject all</button></div>
<button onclick="b.hidden=false">Cookie settings</button>
<script>
const chosen = () => document.cookie.match(/chosen=(yes|no)/)?.[1];
b.hidden = !!chosen();
window.dataLayer = [];
function gtag() { dataLayer.push(arguments) }
function tell() {
	const v = chosen(), mode = v && %[3]s ? 'granted' : 'denied';
	gtag('consent', v ? 'update' : 'default', {ad_storage: mode, analytics_storage: mode});
}
tell();
function choose(v) {
	document.cookie = 'chosen=' + v + '; Max-Age=1000; Path=/';
	document.cookie = 'consent=' + (%[1]s ? 'yes' : 'no') + '; Max-Age=1000; Path=/';
	b.hidden = true;
	tell();
}
window.__tcfapi = (command, version, callback) => {
	const v = chosen();
	if (command === 'ping') callback({cmpLoaded: true, cmpStatus: 'loaded', gdprApplies: true});
	if (command === 'addEventListener' || command === 'getTCData')
		callback({tcString: !v ? '' : %[2]s ? %[4]q : %[5]q, eventStatus: v ? 'useractioncomplete' : 'cmpuishown', cmpStatus: 'loaded', gdprApplies: true, listenerId: 1}, true);
	if (command === 'removeEventListener') callback(true);
};
</script>`, cookie, tc, mode, stringYes, stringNo)
}

// The string says no and the cookie says yes: what a site tells of one choice in two
// places is compared, from the page to the finding.
func TestTwoRecordsOfOneChoice(t *testing.T) {
	t.Parallel()
	const right = "v === 'yes'"
	for _, tt := range []struct {
		name, cookie, tc, mode string
		policy                 string // the record that it names
		want                   []string
	}{
		{name: "all agree", cookie: right, tc: right, mode: right},
		{name: "the string says no, the cookie says yes", cookie: "true", tc: right, mode: right, policy: "consent", want: []string{
			"reject: cookie consent keeps a yes, and __tcfapi denies purposes",
			"reject: cookie consent keeps a yes, and dataLayer denies ad_storage and analytics_storage.",
		}},
		{name: "the cookie says no, the string says yes", cookie: right, tc: "true", mode: right, want: []string{
			"reject: cookie consent keeps a no, and __tcfapi grants",
			"reject: __tcfapi grants analytics, and dataLayer denies it.",
		}},
		{name: "nobody tells the mode", cookie: right, tc: right, mode: "false", want: []string{
			"accept: __tcfapi grants analytics, and dataLayer denies it.",
			"accept: cookie consent keeps a yes, and dataLayer denies ad_storage and analytics_storage.",
		}},
		{name: "a cookie that says yes to any choice and that nobody names", cookie: "true", tc: right, mode: right},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"scan", "https://www.site.test/"}, site(t, page(twoRecords(tt.cookie, tt.tc, tt.mode)))...)
			args = append(args, "--choices", "none,accept,reject", "--max-pages", "1", "--format", "json", "--quiet")
			if tt.policy != "" {
				policy := filepath.Join(t.TempDir(), "policy.yaml")
				text := fmt.Sprintf("version: 1\nsite: https://www.site.test/\nprofile: eu\nconsent: {record: [%s]}\n", tt.policy)
				if err := os.WriteFile(policy, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--policy", policy)
			}
			r := run(t, t.Context(), nil, args...)
			var audit struct {
				Findings []struct{ Rule, Choice, Message, Certainty string }
			}
			if err := json.Unmarshal([]byte(r.out), &audit); err != nil {
				t.Fatalf("%v\n%s\n%s", err, r.out, r.stderr)
			}
			var got []string
			for _, f := range audit.Findings {
				if f.Rule != "signals-contradict-each-other" {
					continue
				}
				if f.Certainty != "heuristic" {
					t.Errorf("%q is called %s: two records may be about different things", f.Message, f.Certainty)
				}
				line := f.Choice + ": " + f.Message
				for _, w := range tt.want {
					if strings.HasPrefix(line, w) {
						line = w
					}
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
