package observation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/scanner/observation"
)

// What counts as a consent: never what is necessary, never a legitimate interest,
// and of Consent Mode only what Google's own tags ask for.
func TestGranted(t *testing.T) {
	on := func(of, category string) observation.Saying {
		return observation.Saying{Of: of, Category: category, Value: observation.StanceGranted}
	}
	says := []observation.Saying{
		on("necessary", "necessary"), on("purpose 1", ""), on("chat", "functional"), on("legitimate interest 7", "marketing"),
		on("publisher legitimate interest 2", "marketing"), on("implied consent 3", "marketing"),
		{Of: "analytics", Category: "analytics", Value: observation.StanceDenied}, {Of: "sale", Category: "marketing", Value: observation.StanceUnset},
	}
	for _, c := range []struct {
		signal                     observation.Signal
		granted, denied, interests []string
		speaks, optsOut            bool
	}{
		{observation.Signal{Kind: observation.SignalManager, Says: says}, []string{"purpose 1", "chat"}, []string{"analytics"}, []string{"legitimate interest 7", "publisher legitimate interest 2", "implied consent 3"}, true, false},
		{observation.Signal{Kind: observation.SignalConsentMode, Says: says[:3]}, []string{"purpose 1"}, nil, nil, true, false},
		{observation.Signal{Kind: observation.SignalConsentMode, Says: says[2:3]}, nil, nil, nil, false, false},
		{observation.Signal{Kind: observation.SignalTCF, Says: says[3:4]}, nil, nil, []string{"legitimate interest 7"}, false, false},
		{observation.Signal{Kind: observation.SignalGPP, Name: "usnat", Says: says[7:]}, nil, nil, nil, false, true},
		{observation.Signal{Kind: observation.SignalGPP, Name: "tcfeuv2", Says: says[1:2], Inapplicable: true}, []string{"purpose 1"}, nil, nil, false, false},
	} {
		names := func(says []observation.Saying) []string {
			var out []string
			for _, y := range says {
				out = append(out, y.Of)
			}
			return out
		}
		got := [][]string{names(c.signal.Granted()), names(c.signal.Denied()), names(c.signal.Interests())}
		if diff := cmp.Diff([][]string{c.granted, c.denied, c.interests}, got); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", c.signal, diff)
		}
		if c.signal.Speaks() != c.speaks || c.signal.OptsOut() != c.optsOut {
			t.Errorf("%+v: speaks %v, opts out %v", c.signal, c.signal.Speaks(), c.signal.OptsOut())
		}
	}
}
