package signal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"
)

// The strings named npm come from the reference packages @iabtechlabtcf/core
// 1.5.21 and @iabgpp/cmpapi 3.2.0; the others from the writer of this test.
const (
	npmAccept    = "CQt-4cAQt-4cAEsACBENAwFsAP_gAEPgAAYgIrwBIAAgAGAAoBeYEVwRXgCQABAAMABQC8wIrgAA.IIrwBIAAgAGAAoBeYEVw.YAAAAAAAAAAA"
	npmReject    = "CQt-4cAQt-4cAEsACBENAwFgAAAAAAAAAAYgAAAAAAAA.IIrwBIAAgAGAAoBeYEVw.YAAAAAAAAAAA"
	npmInterest  = "CQt-4cAQt-4cAEsACBENAwFgAAAAAEIAAAYgAAALzgBAABAXmAAA.IIrwBIAAgAGAAoBeYEVw.YAAAAAAAAAAA"
	npmCoreOnly  = "CQt-4cAQt-4cAEsACBENAwEoAKCAAAAAAAYgF5wAgABALzAAAACEgAgLzAAA"
	npmPublisher = "CQt-4cAQt-4cAEsACBENAwFgAIAAAAAAAAYgAAAAAAAA.IIrwBIAAgAGAAoBeYEVw.eAAAAEAAASAA"
)

// on is what a signal grants, in short.
func on(s observation.Signal) string { return with(s, observation.StanceGranted) }

func with(s observation.Signal, v observation.Stance) string {
	var out []string
	for _, y := range s.Says {
		if y.Value == v {
			out = append(out, y.Of)
		}
	}
	return strings.Join(out, ", ")
}

func through(from, to int) []int {
	var out []int
	for i := from; i <= to; i++ {
		out = append(out, i)
	}
	return out
}

func TestTCF(t *testing.T) {
	known := []int{1, 2, 3, 10, 755, 1111}
	base := func(policy int) observation.TCString {
		return observation.TCString{Version: 2, PolicyVersion: policy, Created: "2026-11-20", Updated: "2026-11-20", CMP: 300, VendorList: 48, Language: "EN"}
	}
	disclosing := func(tc observation.TCString) observation.TCString {
		tc.Disclosing, tc.Disclosed = true, known
		return tc
	}
	own := stringOf{policy: 5, purposes: []int{1, 24}, vendorRanges: [][2]int{{5, 9}, {7, 12}, {65535, 65535}}, disclosed: []int{3}, allowed: []int{2, 4}}
	for _, c := range []struct {
		name, text, on string
		want           observation.TCString
	}{
		{"npm-accept", npmAccept, "purpose 1, purpose 2, purpose 3, purpose 4, purpose 5, purpose 6, purpose 7, purpose 8, purpose 9, purpose 10, purpose 11, " +
			"legitimate interest 2, legitimate interest 7, legitimate interest 8, legitimate interest 9, legitimate interest 10, legitimate interest 11, special feature 1, special feature 2",
			func() observation.TCString {
				tc := disclosing(base(5))
				tc.Vendors, tc.Interests = known, known
				return tc
			}()},
		{"npm-reject", npmReject, "", disclosing(base(5))},
		{"npm-interest", npmInterest, "legitimate interest 2, legitimate interest 7", func() observation.TCString {
			tc := disclosing(base(5))
			tc.Interests = []int{1, 755}
			return tc
		}()},
		{"npm-core-only", npmCoreOnly, "purpose 1, purpose 3, purpose 9, special feature 1", func() observation.TCString {
			tc := base(4)
			tc.Vendors = []int{2, 755}
			tc.Restrictions = []observation.Restriction{{Purpose: 2, Kind: "require-consent", Vendors: []int{755}}}
			return tc
		}()},
		{"npm-publisher", npmPublisher, "purpose 1, publisher purpose 1, publisher purpose 2, publisher legitimate interest 7, publisher custom purpose 2", disclosing(base(5))},
		{"ranges-overlap", own.encode(), "purpose 1, purpose 24", func() observation.TCString {
			tc := base(5)
			tc.Vendors = append(through(5, 12), 65535)
			tc.Disclosing, tc.Disclosed, tc.Allowed = true, []int{3}, []int{2, 4}
			return tc
		}()},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := signal.TCF(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.on, on(s)); diff != "" {
				t.Errorf("granted (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.want, *s.TCF); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// gppStrings are strings with what their sections say. Those named java come from
// the tests of the IAB's reference library for Java, iabgpp-java, at commit 86578d0.
var gppStrings = []struct{ name, text, want string }{
	{"npm-opted-out", "DBABLA~CEAVAAAAAABA.YA", "usnat: off sale, sharing, targeted advertising, global privacy control"},
	{"npm-not-opted-out", "DBABLA~CAAoAAAAAABA.QA", "usnat: on sale, sharing"},
	{"npm-california", "DBACTMA~1YNN~BAYAAABA.QA", "uspv1: on sale; usca: on sharing off sale"},
	{"npm-states", "DBABx2A~BAEAABA~BAEAAEA.QA~BABAAAQA~BAEAAAEA.QA~BAQAAABA", "usva: off targeted advertising; usco: off targeted advertising; usut: off targeted advertising; usct: off targeted advertising; usfl: off sale"},
	{"npm-canada", "DBABDA~BQuHLOCQuHLOCEsAAAENAACAAYAAAEAAAABlAC-hYAAAAA.YAAAAAAAAAA", "tcfcav1: on purpose 1, purpose 2, implied consent 3 off 11"},
	{"npm-europe", "DBABMA~CQuFeUAQuFeUAEsAAAENAAEgAKAAAAAAAAAAF5wAoAAgAGAvMAAAAAAA.IAAA.YAAAAAAAAAAA", "tcfeuv2: on purpose 1, purpose 3 off 17"},
	// Every notice given, sale not opted out of, targeted advertising opted out of.
	{"npm-florida", "DBABAw~BVkAAABA", "usfl: on sale off targeted advertising"},
	{"npm-montana", "DBABQw~BVkAAABA.YA", "usmt: on sale off targeted advertising, global privacy control"},
	{"npm-oregon", "DBABIw~BVkAAABAA.YA", "usor: on sale off targeted advertising, global privacy control"},
	{"npm-texas", "DBABEw~BVkAAAQA.YA", "ustx: on sale off targeted advertising, global privacy control"},
	{"npm-delaware", "DBABUw~BVkAAAABAA.YA", "usde: on sale off targeted advertising, global privacy control"},
	{"npm-iowa", "DBABCw~BVZAAAQA.YA", "usia: on sale off targeted advertising, global privacy control"},
	{"npm-nebraska", "DBABSw~BVkAAAQA.YA", "usne: on sale off targeted advertising, global privacy control"},
	{"npm-new-hampshire", "DBABKw~BVkAAABA.YA", "usnh: on sale off targeted advertising, global privacy control"},
	{"npm-new-jersey", "DBABAYA~BVkAAAAAQA.YA", "usnj: on sale off targeted advertising, global privacy control"},
	{"npm-tennessee", "DBABQYA~BVkAAAQA.YA", "ustn: on sale off targeted advertising, global privacy control"},
	{"npm-minnesota", "DBABIYA~BVkAAAQA.YA", "usmn: on sale off targeted advertising, global privacy control"},
	{"npm-maryland", "DBABEYA~BRWQ.YA", "usmd: on sale off targeted advertising, global privacy control"},
	{"npm-indiana", "DBABUYA~BRWQ.AAA", "usin: on sale off targeted advertising"},
	{"npm-kentucky", "DBABCYA~BRWQ.AAA", "usky: on sale off targeted advertising"},
	{"npm-rhode-island", "DBABSYA~BRWQ.AAA", "usri: on sale off targeted advertising"},
	{"java-indiana", header(25, 25) + "~ZBABYA.BVVV.kkk", "usin: off sale, targeted advertising"},
	{"java-kentucky", header(26, 26) + "~aBABYA.BVVV.kkk", "usky: off sale, targeted advertising"},
	{"java-rhode-island", header(27, 27) + "~bBABYA.BVVV.kkk", "usri: off sale, targeted advertising"},
	{"headed-maryland", header(24, 24) + "~" + heading(24, 1, 1) + ".ARWQ.YA", "usmd: on sale off targeted advertising, global privacy control"},
	{"headed-core-alone", header(26, 26) + "~" + heading(26) + ".ARWQ", "usky: on sale off targeted advertising"},
	{"unheaded-outside-the-agreement", header(24, 24) + "~ARWQ.QA", "usmd: on sale off targeted advertising"},
	{"sensitive-data-that-looks-like-the-control", header(25, 25) + "~BRWQ.YAA", "usin: on sale off targeted advertising"},
	{"header-alone", header(24, 24) + "~" + heading(24, 1, 1), "usmd: error"},
	{"header-of-another-section", header(24, 24) + "~" + heading(25, 1, 1) + ".BRWQ", "usmd: error"},
	{"header-of-a-later-version", header(24, 24) + "~YCABYA.BRWQ", "usmd: error"},
	{"header-cut", header(24, 24) + "~Y.BRWQ", "usmd: error"},
	{"core-cut", header(13, 13) + "~BV", "usfl: error"},
	{"later-version", header(13, 13) + "~CVkAAABA", "usfl: error"},
	{"unknown-section", header(30, 30) + "~BAAA", "section 30: error"},
	{"none", header() + "", ""},
}

func TestGPP(t *testing.T) {
	for _, c := range gppStrings {
		t.Run(c.name, func(t *testing.T) {
			all, err := signal.GPP(c.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range all {
				words := s.Name + ":"
				if s.Error != "" {
					words += " error"
				}
				if on := on(s); on != "" {
					words += " on " + on
				}
				if off := with(s, observation.StanceDenied); strings.Count(off, ",") > 4 {
					words += fmt.Sprintf(" off %d", strings.Count(off, ",")+1)
				} else if off != "" {
					words += " off " + off
				}
				got = append(got, words)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestShortSignals(t *testing.T) {
	for _, c := range []struct {
		name, text string
		decode     func(string) (observation.Signal, error)
		want       string // of each type; "" for an error
	}{
		{"usp", "1YNN", signal.USPrivacy, "sale granted"},
		{"usp", "1yyn", signal.USPrivacy, "sale denied"},
		{"usp", "1---", signal.USPrivacy, "sale unset"},
		{"usp", "2YNN", signal.USPrivacy, ""},
		{"usp", "1YNX", signal.USPrivacy, ""},
		{"gcs", "G100", signal.GCS, "ad_storage denied, analytics_storage denied"},
		{"gcs", "G101", signal.GCS, "ad_storage denied, analytics_storage granted"},
		{"gcs", "G1--", signal.GCS, "ad_storage unset, analytics_storage unset"},
		{"gcs", "G12x", signal.GCS, ""},
		{"gcd", "13l3l3l3l1", signal.GCD, "ad_storage unset, analytics_storage unset, ad_user_data unset, ad_personalization unset"},
		{"gcd", "13r3p3u3n5l1", signal.GCD, "ad_storage granted, analytics_storage denied, ad_user_data denied, ad_personalization granted"},
		{"gcd", "11t1t1t1t5", signal.GCD, "ad_storage granted, analytics_storage granted, ad_user_data granted, ad_personalization granted"},
		{"gcd", "13z3z3z3z1", signal.GCD, ""},
		{"gcd", "13ll3l3l3l1", signal.GCD, ""},
		{"gcd", "13l3l3l3l1" + strings.Repeat("a", 100), signal.GCD, ""},
	} {
		t.Run(c.name+"-"+c.text[:4], func(t *testing.T) {
			s, err := c.decode(c.text)
			var got []string
			for _, y := range s.Says {
				got = append(got, y.Of+" "+string(y.Value))
			}
			if strings.Join(got, ", ") != c.want || (err != nil) != (c.want == "") {
				t.Errorf("%s says %q, %v", c.text, got, err)
			}
		})
	}
}

// What cannot be read is an error that quotes nothing, and never takes much
// memory or time.
func TestHostile(t *testing.T) {
	many := stringOf{policy: 5}
	for range 2000 {
		many.vendorRanges = append(many.vendorRanges, [2]int{1, 65535})
	}
	back := stringOf{policy: 5, vendorRanges: [][2]int{{9, 3}}}
	all := stringOf{policy: 5, vendorRanges: [][2]int{{1, 65535}}}
	if s, err := signal.TCF(all.encode()); err != nil || len(s.TCF.Vendors) != 65535 {
		t.Errorf("all vendors: %v", err)
	}
	for name, text := range map[string]string{
		"empty": "", "short": npmReject[:20], "version": "B" + npmReject[1:], "character": "CQt-4cAQt-4c*secret", "segment": npmReject + ".Ysec",
		"vendors": many.encode(), "backwards": back.encode(), "long": strings.Repeat("C", 1<<20), "segments": npmReject + strings.Repeat(".YAAAAAAAAAAA", 5),
	} {
		t.Run("tcf-"+name, func(t *testing.T) {
			s, err := signal.TCF(text)
			if err == nil || len(s.Says) > 0 || s.TCF != nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("%+v %v", s, err)
			}
		})
	}
	for name, text := range map[string]string{
		"empty": "", "no-header": "1YNN", "version": "DCABLA~BAAA", "sections-missing": "DBACTMA~1YNN", "many": header(1, 5000) + "~x", "endless": "DBABAAAAAAAAAAAAAAAAAAAA~x", "long": strings.Repeat("D", 1<<20),
	} {
		t.Run("gpp-"+name, func(t *testing.T) {
			if s, err := signal.GPP(text); err == nil {
				t.Errorf("%+v", s)
			}
		})
	}
}

func FuzzTCF(f *testing.F) {
	for _, s := range []string{npmAccept, npmReject, npmInterest, npmCoreOnly, npmPublisher} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := signal.TCF(text)
		if err == nil && s.TCF == nil || err != nil && s.TCF != nil {
			t.Errorf("%+v %v", s, err)
		}
		if err != nil {
			return
		}
		n := len(s.TCF.Vendors) + len(s.TCF.Interests) + len(s.TCF.Disclosed) + len(s.TCF.Allowed)
		for _, r := range s.TCF.Restrictions {
			n += len(r.Vendors)
		}
		if n > 4<<16 {
			t.Errorf("%d vendors", n)
		}
	})
}

func FuzzGPP(f *testing.F) {
	f.Add("DBABMA~" + npmReject)
	for _, c := range gppStrings {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := signal.GPP(text)
		if err != nil && all != nil || len(all) > 64 {
			t.Errorf("%d sections, %v", len(all), err)
		}
		for _, s := range all {
			if s.Name == "" || s.Kind != observation.SignalGPP {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzShortSignals(f *testing.F) {
	for _, s := range []string{"1YNN", "G100", "13l3l3l3l1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, decode := range []func(string) (observation.Signal, error){signal.USPrivacy, signal.GCS, signal.GCD} {
			if s, err := decode(text); err != nil && (s.Raw != "" || s.Says != nil) || len(s.Raw) > 40 {
				t.Errorf("%+v %v", s, err)
			}
		}
	})
}
