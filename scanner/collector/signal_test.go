package collector_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner/collector"
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
	hop := newArrival()
	scantest.Handle(t, "signal-arrivals.test", hop)
	scantest.Handle(t, "signal-partner.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		accepting(w, r)
		hop.tell()
	}))
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
	</script><script src="https://signal-arrivals.test/"></script>`})
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

// The same word of the same source is recorded once in a phase; what requests say
// counts anew once the page itself said something new.
func TestSignalsOnce(t *testing.T) {
	url := scantest.Pages(t, "signals-once.test", map[string]string{"/": `<title>Shop</title>`})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var buf bytes.Buffer
	out := observation.NewWriter(&buf)
	must(t, out.Append(observation.Record{Header: &observation.Header{Schema: observation.Schema, Job: observation.Job{URLs: []string{url}}}}))
	l := collector.NewLog("reject/1", observation.NewRedactor([]byte("test")), out)
	c, err := scantest.Browser(t).NewContext(ctx, l.Hooks())
	must(t, err)
	say := func(source string, v observation.Stance) {
		l.Signal(observation.Signal{Kind: observation.SignalConsentMode, Source: source, Says: []observation.Saying{{Of: "ad_storage of me@example.com", Value: v}}})
	}
	c.Do(func() {
		l.Start(c)
		l.Begin(observation.Leg{ID: "reject/1", Choice: observation.Reject})
		l.OpenPage(url, true)
		say("dataLayer", observation.StanceDenied)
		say("request a.test", observation.StanceGranted)
		say("request a.test", observation.StanceGranted)
		say("dataLayer", observation.StanceDenied)
		say("request a.test", observation.StanceGranted)
		say("dataLayer", observation.StanceGranted)
		say("request a.test", observation.StanceGranted)
		l.Mark(time.Now(), observation.After, observation.CauseClick)
		say("dataLayer", observation.StanceGranted)
		l.ClosePage(observation.Page{URL: url, Final: url})
	})
	c.Close()
	l.Flush()
	must(t, l.Err())
	o, err := observation.Load(&buf)
	must(t, err)
	var got []string
	for _, s := range o.Visit(observation.Reject).Signals {
		got = append(got, fmt.Sprintf("%s %s %s %s", s.Phase, s.Source, s.Says[0].Of, s.Says[0].Value))
	}
	want := []string{
		"before dataLayer ad_storage of {email} denied", "before request a.test ad_storage of {email} granted",
		"before dataLayer ad_storage of {email} granted", "before request a.test ad_storage of {email} granted",
		"after dataLayer ad_storage of {email} granted",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
