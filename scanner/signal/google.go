package signal

import (
	"errors"
	"strings"

	"cookieaudit/scanner/observation"
)

// The types of consent that Google's tags ask for.
const (
	AdStorage         = "ad_storage"
	AnalyticsStorage  = "analytics_storage"
	AdUserData        = "ad_user_data"
	AdPersonalization = "ad_personalization"
)

// ConsentTypes are the types of consent of Google Consent Mode, with the policy's
// word for each.
var ConsentTypes = map[string]string{
	AdStorage: "marketing", AdUserData: "marketing", AdPersonalization: "marketing", AnalyticsStorage: "analytics",
	"functionality_storage": "functional", "personalization_storage": "functional", "security_storage": "necessary",
}

// GCS decodes the parameter gcs of Google's requests: G1 and then, 1 for granted,
// 0 for denied and - for neither, ad_storage and analytics_storage.
func GCS(text string) (observation.Signal, error) {
	s := observation.Signal{Kind: observation.SignalConsentMode, Name: "gcs"}
	if len(text) != 4 || !strings.HasPrefix(text, "G1") || strings.Trim(text[2:], "01-") != "" {
		return s, errors.New("read gcs: it is not G1 with two of 0, 1 and -")
	}
	value := map[byte]observation.Stance{'1': observation.StanceGranted, '0': observation.StanceDenied, '-': observation.StanceUnset}
	s.Raw = text
	s.Says = []observation.Saying{consentType(AdStorage, value[text[2]]), consentType(AnalyticsStorage, value[text[3]])}
	return s, nil
}

func consentType(of string, v observation.Stance) observation.Saying {
	return observation.Saying{Of: of, Category: ConsentTypes[of], Value: v}
}

// gcdLetters is what a letter of gcd says, as practitioners worked out; Google
// documents none of it. Those in each row differ in whether a default, an update
// or both said so.
var gcdLetters = map[byte]observation.Stance{
	'l': observation.StanceUnset,
	'p': observation.StanceDenied, 'q': observation.StanceDenied, 'm': observation.StanceDenied, 'u': observation.StanceDenied,
	't': observation.StanceGranted, 'v': observation.StanceGranted, 'n': observation.StanceGranted, 'r': observation.StanceGranted,
}

// maxGCD bounds the parameter gcd, which is shorter than 20 characters today.
const maxGCD = 40

// GCD decodes the parameter gcd of Google's requests: two digits, then a letter
// and a digit for each of ad_storage, analytics_storage, ad_user_data and
// ad_personalization. What follows is not known.
func GCD(text string) (observation.Signal, error) {
	s := observation.Signal{Kind: observation.SignalConsentMode, Name: "gcd"}
	wrong := errors.New("read gcd: it is not two digits and four letters with a digit each")
	if len(text) < 10 || len(text) > maxGCD || !digit(text[0]) || !digit(text[1]) {
		return s, wrong
	}
	for i := range len(text) {
		if c := text[i]; !digit(c) && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return s, wrong
		}
	}
	for i, of := range []string{AdStorage, AnalyticsStorage, AdUserData, AdPersonalization} {
		value, known := gcdLetters[text[2+2*i]]
		if !known || !digit(text[3+2*i]) {
			return observation.Signal{Kind: s.Kind, Name: s.Name}, wrong
		}
		s.Says = append(s.Says, consentType(of, value))
	}
	s.Raw = text
	return s, nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
