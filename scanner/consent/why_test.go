package consent

import "testing"

// The reason given for a class names the words that made it, and where they stand.
func TestWhy(t *testing.T) {
	for _, tt := range []struct {
		lang string
		c    control
		want string
	}{
		{"en", control{role: "button", class: Reject, info: info{Text: "Reject all"}}, `"reject" (en)`},
		{"en", control{role: "button", class: Reject, info: info{Text: "Only necessary cookies"}}, `"only necessary" (en)`},
		{"de", control{role: "button", class: Reject, info: info{Text: "Alle ablehnen"}}, `"alle ablehnen" (de)`},
		{"en", control{role: "button", class: Close, info: info{Text: "×"}, name: "Dismiss"}, `the sign ×`},
		{"en", control{role: "button", class: Accept, info: info{Text: "♥"}, name: "Accept all"}, `"accept", "all" (en) in its accessible name`},
		{"en", control{role: "link", class: Pay, info: info{Text: "Reject for £4"}}, `the price "£4"`},
		{"en", control{role: "button", class: Save, info: info{Text: "Save and accept"}}, `"save" (en), beside what accepts all and what refuses`},
		{"en", control{role: "button", class: partial, info: info{Text: "Only necessary and functional"}}, `"only necessary" (en), which allows more than what is necessary`},
		{"en", control{role: "button", class: Save, info: info{Text: "Done"}}, `"done", below switches that nothing else saves`},
		{"en", control{role: "button", class: Save, info: info{Text: "OK"}}, `"ok", below switches that nothing else saves`},
		{"en", control{role: "button", class: Settings, info: info{Text: "Learn more"}}, `"learn more", where nothing else leads to settings`},
		{"de", control{role: "button", class: Accept, info: info{Text: "Alle auswählen"}}, `"alle auswählen", where there is nothing to choose`},
		{"en", control{role: "checkbox", class: Accept, name: "Accept all"}, ""},
	} {
		if got := tt.c.why(vocabularyFor(tt.lang)); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.c.info.Text, got, tt.want)
		}
	}
}
