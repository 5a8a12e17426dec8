package signal_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"
)

func TestAgrees(t *testing.T) {
	must := func(source string, s observation.Signal, err error) observation.Signal {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		s.Source = source
		return s
	}
	tcf := func(text string) observation.Signal { s, err := signal.TCF(text); return must("__tcfapi", s, err) }
	gcs := func(source, text string) observation.Signal {
		s, err := signal.GCS(text)
		return must(source, s, err)
	}
	usp := func(text string) observation.Signal {
		s, err := signal.USPrivacy(text)
		return must("__uspapi", s, err)
	}
	says := func(says ...observation.Saying) observation.Signal {
		return observation.Signal{Kind: observation.SignalManager, Source: "cookie record", Name: "Manager", Says: says}
	}
	of := func(category string, v observation.Stance) observation.Saying {
		return observation.Saying{Of: category, Category: category, Value: v}
	}
	necessary := of("necessary", observation.StanceGranted)
	for _, c := range []struct {
		name   string
		choice observation.Choice
		after  []observation.Signal
		want   signal.Verdict
		why    []string
	}{
		{"nothing", observation.Reject, nil, signal.Silent, nil},
		{"stub", observation.Reject, []observation.Signal{{Kind: observation.SignalTCF, Source: "__tcfapi", Error: "only a stub"}}, signal.Silent, nil},
		{"reject", observation.Reject, []observation.Signal{tcf(npmReject)}, signal.Agree, []string{"__tcfapi: purpose 1, purpose 2, purpose 3, purpose 4 and 9 more denied"}},
		{"reject-with-interests-left", observation.Reject, []observation.Signal{tcf(npmInterest)}, signal.Agree, []string{"__tcfapi: purpose 1, purpose 2, purpose 3, purpose 4 and 9 more denied"}},
		{"reject-but-accepted", observation.Reject, []observation.Signal{tcf(npmCoreOnly), gcs("dataLayer", "G100")}, signal.Contradict, []string{"__tcfapi: purpose 1, purpose 3, purpose 9, special feature 1 granted"}},
		{"the-last-counts", observation.Withdraw, []observation.Signal{tcf(npmAccept), tcf(npmReject)}, signal.Agree, []string{"__tcfapi: purpose 1, purpose 2, purpose 3, purpose 4 and 9 more denied"}},
		{"an-error-after-it-leaves-it-silent", observation.Reject, []observation.Signal{tcf(npmAccept), {Kind: observation.SignalTCF, Source: "__tcfapi", Error: "no answer"}}, signal.Silent, nil},
		{"accept", observation.Accept, []observation.Signal{gcs("dataLayer", "G111")}, signal.Agree, []string{"dataLayer (gcs): ad_storage, analytics_storage granted"}},
		{"accept-but-refused", observation.Accept, []observation.Signal{tcf(npmReject)}, signal.Contradict, []string{"__tcfapi: purpose 1, purpose 2, purpose 3, purpose 4 and 9 more denied"}},
		{"requests-alone", observation.Reject, []observation.Signal{gcs("request g.test", "G101")}, signal.Contradict, []string{"request g.test (gcs): analytics_storage granted"}},
		{"page-outranks-requests", observation.Reject, []observation.Signal{gcs("request g.test", "G111"), gcs("dataLayer", "G100")}, signal.Agree, []string{"dataLayer (gcs): ad_storage, analytics_storage denied"}},
		{"unset", observation.Reject, []observation.Signal{gcs("dataLayer", "G1--")}, signal.Silent, nil},
		{"necessary-is-no-consent", observation.Reject, []observation.Signal{says(necessary, of("analytics", observation.StanceDenied))}, signal.Agree, []string{"cookie record (Manager): analytics denied"}},
		{"opt-out-law-gives-way", observation.Reject, []observation.Signal{usp("1YNN"), tcf(npmReject)}, signal.Agree, []string{"__tcfapi: purpose 1, purpose 2, purpose 3, purpose 4 and 9 more denied"}},
		{"opt-out-alone", observation.Reject, []observation.Signal{usp("1YYN")}, signal.Agree, []string{"__uspapi: sale denied"}},
		{"gpc-kept", observation.GPC, []observation.Signal{usp("1YYN"), tcf(npmAccept)}, signal.Agree, []string{"__uspapi: sale denied"}},
		{"gpc-ignored", observation.GPC, []observation.Signal{usp("1YNN")}, signal.Contradict, []string{"__uspapi: sale granted"}},
		{"none", observation.None, []observation.Signal{tcf(npmAccept)}, signal.Silent, nil},
		{"only", "only:analytics", []observation.Signal{gcs("dataLayer", "G101")}, signal.Agree, []string{"dataLayer (gcs): analytics_storage granted"}},
		{"only-too-much", "only:analytics", []observation.Signal{gcs("dataLayer", "G111")}, signal.Contradict, []string{"dataLayer (gcs): ad_storage granted"}},
		{"only-nothing", "only:analytics", []observation.Signal{gcs("dataLayer", "G100")}, signal.Contradict, []string{"dataLayer (gcs): analytics_storage denied"}},
		{"only-part-of-it", "only:marketing", []observation.Signal{says(necessary, observation.Saying{Of: "ads", Category: "marketing", Value: observation.StanceGranted}, observation.Saying{Of: "audience", Category: "marketing", Value: observation.StanceDenied})}, signal.Agree, []string{"cookie record (Manager): ads granted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			verdict, why := signal.Agrees(c.choice, c.after)
			if verdict != c.want {
				t.Errorf("%s, want %s", verdict, c.want)
			}
			if diff := cmp.Diff(c.why, why); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
