package signal_test

import (
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"
)

func TestWord(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        observation.Stance
	}{
		{"pace_consent", "true", observation.StanceGranted},
		{"cookie_consent", "%22accepted%22", observation.StanceGranted},
		{"CookieConsent", "declined", observation.StanceDenied},
		{"cookies", "necessary", observation.StanceDenied},
		{"ga-opt-out", "true", observation.StanceDenied},
		{"tracking-optout", "0", observation.StanceGranted},
		{"cookie_banner", "seen", ""},
		{"theme", "true", ""},
		{"showCookieBanner", "false", ""},
		{"cookieBannerSeen", "true", ""},
		{"cookie-notice-dismissed", "1", ""},
		{"cookieConsentClosed", "yes", ""},
		{"hide_cookie_popup", "true", ""},
		{"cookie_banner", "true", ""},
		{"cookie-bar", "0", ""},
		{"cookie-banner", "accepted", observation.StanceGranted},
		{"cookieBannerSeen", "declined", observation.StanceDenied},
		{"cookie_notice_accepted", "false", observation.StanceDenied},
		{"cookieBannerConsent", "true", observation.StanceGranted},
		{"consent", "v1.eyJ0aW1lIjoxNzAwMDAwMDAwMDAwfQ.a.b.c.d.e.f", ""},
	} {
		if got := signal.Word(tt.name, tt.value); got != tt.want {
			t.Errorf("%s=%s: %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
}
