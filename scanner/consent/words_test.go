package consent

import "testing"

// What a label is taken for decides what is pressed in the visitor's name. None
// that consents may be taken for a refusal or for saving a selection.
func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		lang, label string
		want        Class
	}{
		{"en", "Accept all", Accept}, {"en", "Reject all", Reject}, {"en", "Accept only necessary", Reject},
		{"en", "Use necessary cookies only", Reject}, {"en", "Continue without accepting", Reject}, {"en", "Don’t accept", Reject},
		{"en", "Cookie settings", Settings}, {"en", "Save choices", Save}, {"en", "Accept selected", Save}, {"en", "Allow selection", Save},
		{"en", "Hide this message", Hide}, {"en", "Got it", Acknowledge}, {"en", "×", Close},
		{"en", "Accept all and save", Accept}, {"en", "Save and accept all", Accept}, {"en", "Accept cookies and hide", Accept},
		{"en", "Accept essential and analytics cookies", Accept}, {"en", "Allow necessary and marketing cookies", Accept},
		{"en", "Yes, I accept required & optional", Accept}, {"en", "Reject and subscribe for £4.99", Pay},
		{"de", "Alle ablehnen", Reject}, {"de", "Ich lehne ab", Reject}, {"de", "Nur notwendige Cookies", Reject}, {"de", "Auswahl speichern", Save},
		{"de", "Alle Cookies akzeptieren und speichern", Accept}, {"de", "Alle auswählen und speichern", Accept}, {"de", "Ablehnen und für 4,99 € abonnieren", Pay},
		{"fr", "Tout refuser", Reject}, {"fr", "Continuer sans accepter", Reject}, {"fr", "Enregistrer et tout accepter", Accept}, {"fr", "Enregistrer mes choix", Save},
		{"es", "Rechazar todas", Reject}, {"it", "Rifiuta tutti", Reject}, {"nl", "Alleen noodzakelijke cookies", Reject}, {"pl", "Odrzuć wszystkie", Reject},
		{"pt", "Rejeitar todos", Reject}, {"sv", "Endast nödvändiga kakor", Reject}, {"cy", "Gwrthod cwcis", Reject},
		{"en", "Buy now", NoClass}, {"en", "", NoClass},
	} {
		if got := vocabularyFor(tt.lang).classify(tt.label); got != tt.want {
			t.Errorf("%s %q is taken for %q, want %q", tt.lang, tt.label, got, tt.want)
		}
	}
}

func TestSaysOff(t *testing.T) {
	for label, want := range map[string]bool{
		"Off": true, "No": true, "No, do not use analytics cookies": true, "Do not allow": true,
		"Non-essential cookies": false, "Normal": false, "Notify me and allow": false, "On": false, "Yes": false,
	} {
		if got := vocabularyFor("en").saysOff(label); got != want {
			t.Errorf("%q says no: %v", label, got)
		}
	}
	if vocabularyFor("de").saysOff("Ausgewählte Cookies zulassen") || vocabularyFor("fr").saysOff("Nous autorisons") {
		t.Error("the beginning of a word is taken for no")
	}
}

func TestWordsOfEveryLanguage(t *testing.T) {
	all, err := lexicons()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Errorf("%d languages", len(all))
	}
}
