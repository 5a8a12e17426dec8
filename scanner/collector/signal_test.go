package collector_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// What requests say of the visitor's choice is decoded and told once, also where
// the evidence itself keeps only the shape of a parameter, and on every hop.
func TestSignalsInRequests(t *testing.T) {
	const tc = "CQt-4cAQt-4cAEsACBENAwEoAKCAAAAAAAYgF5wAgABALzAAAACEgAgLzAAA"
	scantest.Handle(t, "signal-tracker.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hop" {
			http.Redirect(w, r, "https://signal-partner.test/sync?us_privacy=1YNN", http.StatusFound)
			return
		}
		accepting(w, r)
	}))
	scantest.Handle(t, "signal-partner.test", http.HandlerFunc(accepting))
	url := scantest.Pages(t, "signals-in-requests.test", map[string]string{"/": `<title>Shop</title><script>
		const to = 'https://signal-tracker.test/';
		const send = async p => { try { await fetch(to + p, {mode: 'no-cors'}) } catch {} };
		(async () => {
			await send('g/collect?v=2&gcs=G100&gcd=13p3p3p3p5&tid=1');
			await send('g/collect?v=2&gcs=G100&gcd=13p3p3p3p5&tid=2');
			await send('g/collect?v=2&gcs=G111&tid=3');
			await send('g/collect?v=2&gcs=G100&tid=4');
			await send('px?gdpr_consent=` + tc + `&gpp=DBABLA~CEAVAAAAAABA.YA&gcs=no&us_privacy=yes');
			await send('hop?id=1');
		})();
	</script>`})
	o := opened(t, url)
	var got []string
	last := 0
	for _, s := range o.Visit(observation.None).Signals {
		var on []string
		for _, y := range s.Granted() {
			on = append(on, y.Of)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %s [%s]", s.Phase, s.Kind, s.Source, s.Name, s.Raw, strings.Join(on, ", ")))
		if s.Page == "" || s.Leg != "none/1" || s.Seq <= last {
			t.Errorf("placed wrongly: %+v", s)
		}
		last = s.Seq
	}
	want := []string{
		"before consent-mode request signal-tracker.test gcs G100 []",
		"before consent-mode request signal-tracker.test gcd 13p3p3p3p5 []",
		"before consent-mode request signal-tracker.test gcs G111 [ad_storage, analytics_storage]",
		"before consent-mode request signal-tracker.test gcs G100 []",
		"before tcf request signal-tracker.test   [purpose 1, purpose 3, purpose 9, special feature 1]",
		"before gpp request signal-tracker.test usnat  []",
		"before us-privacy request signal-partner.test  1YNN [sale]",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
