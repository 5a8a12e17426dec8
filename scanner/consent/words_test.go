package consent

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

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
		{"en", "Withdraw my consent", NoClass}, {"en", "Cookie consent", NoClass}, {"en", "Cookie consent: accept", Accept},
		{"de", "Zustimmung widerrufen", NoClass}, {"de", "Zustimmung", Accept}, {"sv", "Återkalla samtycke", NoClass},
		{"en", "Buy now", NoClass}, {"en", "", NoClass},
		{"en", "Only accept technically necessary cookies", Reject}, {"en", "Accept all, not only necessary cookies", Accept},
		{"en", "Reject cookies? Read more", Settings}, {"en", "Let me choose", Settings}, {"en", "Allow analytics", Accept},
		{"de", "Nur technisch notwendige Cookies akzeptieren", Reject}, {"de", "Ohne Einwilligung fortfahren", Reject}, {"de", "Zustimmen und weiter", Accept},
		{"de", "Alles klar", Acknowledge}, {"de", "Schließen", Close}, {"de", "Individuelle Einstellungen", Settings}, {"de", "Werbefrei für 3 € im Monat", Pay},
		{"fr", "Refuser et fermer", Reject}, {"fr", "J’accepte", Accept}, {"fr", "Je personnalise", Settings}, {"fr", "Personnaliser mes choix", Settings},
		{"fr", "Seuls les cookies nécessaires", Reject}, {"fr", "S’abonner", Pay}, {"fr", "D’accord", Acknowledge}, {"fr", "Fermer", Close},
		{"es", "Aceptar y continuar", Accept}, {"es", "Sólo cookies estrictamente necesarias", Reject}, {"es", "Continuar sin aceptar", Reject},
		{"es", "Configurar", Settings}, {"es", "Guardar ajustes", Save}, {"es", "Cerrar", Close}, {"es", "Entendido", Acknowledge},
		{"it", "Accetta e continua", Accept}, {"it", "Solo i cookie tecnicamente necessari", Reject}, {"it", "Continua senza accettare", Reject},
		{"it", "Personalizza", Settings}, {"it", "Salva impostazioni", Save}, {"it", "Chiudi", Close}, {"it", "Ho capito", Acknowledge},
		{"nl", "Akkoord", Accept}, {"nl", "Alles weigeren", Reject}, {"nl", "Alleen strikt noodzakelijke cookies toestaan", Reject},
		{"nl", "Voorkeuren aanpassen", Settings}, {"nl", "Selectie opslaan", Save}, {"nl", "Sluiten", Close}, {"nl", "Begrepen", Acknowledge},
		{"pl", "Zgadzam się", Accept}, {"pl", "Nie zgadzam się", Reject}, {"pl", "Tylko niezbędne pliki cookie", Reject},
		{"pl", "Zarządzaj zgodami", Settings}, {"pl", "Zapisz ustawienia", Save}, {"pl", "Zamknij", Close}, {"pl", "Rozumiem", Acknowledge},
		{"pt", "Concordo", Accept}, {"pt", "Não aceito", Reject}, {"pt", "Apenas os estritamente necessários", Reject},
		{"pt", "Gerir preferências", Settings}, {"pt", "Guardar preferências", Save}, {"pt", "Fechar", Close}, {"pt", "Entendi", Acknowledge},
		{"sv", "Jag godkänner", Accept}, {"sv", "Neka alla", Reject}, {"sv", "Tillåt endast nödvändiga kakor", Reject},
		{"sv", "Anpassa", Settings}, {"sv", "Spara inställningar", Save}, {"sv", "Stäng", Close}, {"sv", "Jag förstår", Acknowledge},
		{"cy", "Rwy’n cytuno", Accept}, {"cy", "Gwrthod pob un", Reject}, {"cy", "Cwcis angenrheidiol yn unig", Reject},
		{"cy", "Newid gosodiadau", Settings}, {"cy", "Cadw a chau", Save}, {"cy", "Cau", Close}, {"cy", "Iawn", Acknowledge},
		{"ja", "すべて同意する", Accept}, {"ja", "同意しない", Reject}, {"ja", "必須Cookieのみ", Reject}, {"ja", "設定を保存", Save},
		{"zh", "全部接受", Accept}, {"zh", "不同意", Reject}, {"zh", "仅接受必要的 Cookie", Reject}, {"zh", "管理设置", Settings},
		{"ko", "모두 동의", Accept}, {"ko", "동의하지 않음", Reject}, {"ko", "필수 쿠키만 허용", Reject},
		{"ar", "قبول الكل", Accept}, {"ar", "رفض الكل", Reject}, {"he", "אישור הכל", Accept}, {"he", "דחיית הכל", Reject},
		// What allows something that nobody knows beside what is necessary, and what
		// leads to a choice, refuse nothing.
		{"en", "Accept necessary and recommended cookies", Accept}, {"en", "Accept required and tracking cookies", partial},
		{"en", "Accept essential & third-party cookies", Accept}, {"en", "Only essential and Google Maps", partial},
		{"de", "Essenzielle Cookies akzeptieren und Google Maps", partial}, {"fr", "Accepter uniquement les nécessaires et YouTube", partial},
		{"en", "Accept necessary and continue", Reject}, {"en", "Accept only necessary cookies & close", Reject}, {"en", "Accept essential cookies and similar technologies", Reject},
		{"en", "Manage or reject cookies", Settings}, {"en", "Reject or manage cookies", Settings}, {"en", "Accept or reject cookies", Settings},
		{"fr", "Refuser ou paramétrer", Settings}, {"de", "Ablehnen oder Einstellungen", Settings}, {"es", "Rechazar o configurar", Settings},
		{"en", "Reject and save settings", Reject}, {"en", "Reject all and go to the site", Reject},
		// What takes a refusal back, or what only sounds like one.
		{"en", "Don't reject", NoClass}, {"en", "Undo opt-out", NoClass}, {"en", "Reject nothing", NoClass}, {"de", "Nicht ablehnen", NoClass},
		{"fr", "Ne pas refuser", NoClass}, {"es", "No rechazar", NoClass}, {"it", "Non rifiutare", NoClass}, {"nl", "Niet weigeren", NoClass},
		{"pl", "Nie odrzucaj", NoClass}, {"pt", "Não rejeitar", NoClass}, {"sv", "Neka inte", NoClass}, {"cy", "Peidiwch â gwrthod", NoClass},
		{"en", "Accept (opt out any time)", partial}, {"en", "Agree now, opt out later", partial}, {"en", "Allow essential partners", Accept},
		{"en", "Save recommended settings", Accept}, {"en", "Confirm and enable", Accept}, {"en", "Apply everything", Accept}, {"en", "Reject everything", Reject},
		{"en", "Use recommended settings", Accept}, {"en", "Allow personalised ads", Accept}, {"es", "Aceptar publicidad personalizada", Accept},
		{"fr", "J’accepte la publicité personnalisée", Accept}, {"de", "Alle Optionen akzeptieren", Accept}, {"de", "Empfohlene Einstellungen speichern", Accept},
		{"en", "Accept necessary, Google Maps", partial}, {"en", "No, thanks", Reject}, {"en", "Don't accept, continue", Reject},
		// In words of another language than the page's.
		{"", "Guardar y aceptar", Accept}, {"en", "Guardar y aceptar", Accept}, {"", "Alle cookies weigeren", Reject}, {"de", "Alle cookies weigeren", Reject},
		{"", "Continuer sans accepter", Reject}, {"en", "Continuer sans accepter", Reject}, {"en", "Nie akceptuję", Reject}, {"", "Confirmar todo", Accept},
		{"en", "Manage consent preferences", Settings}, {"en", "Consent settings", Settings}, {"pl", "Zapisz wszystkie", Accept},
		// Refusals that hold the word for accepting.
		{"en", "Never allow", Reject}, {"en", "Agree to necessary", Reject}, {"de", "Weiter ohne zu akzeptieren", Reject}, {"fr", "Ne pas accepter", Reject},
		{"fr", "Accepter les cookies nécessaires", Reject}, {"es", "No permitir", Reject}, {"es", "Seguir sin aceptar", Reject}, {"es", "Aceptar las necesarias", Reject},
		{"it", "Non acconsento", Reject}, {"it", "Accetta i necessari", Reject}, {"nl", "Doorgaan zonder te accepteren", Reject}, {"pl", "Kontynuuj bez akceptacji", Reject},
		{"pt", "Não permitir", Reject}, {"pt", "Aceitar essenciais", Reject}, {"sv", "Jag godkänner inte", Reject}, {"sv", "Acceptera nödvändiga kakor", Reject},
		{"cy", "Derbyn cwcis hanfodol", Reject}, {"cy", "Peidiwch â derbyn", Reject},
		// What denies an acceptance refuses, whatever it denies.
		{"en", "Don't accept all", Reject}, {"en", "Do not accept optional cookies", Reject}, {"en", "I do not agree", Reject}, {"en", "Choose all", NoClass}, {"en", "Keep current settings", NoClass},
		{"de", "Alle Cookies ablehnen", Reject}, {"de", "Ich lehne alle Cookies ab", Reject}, {"de", "Ich stimme nicht zu", Reject}, {"de", "Ich stimme zu", Accept},
		{"de", "Alle ab\u00adleh\u00adnen", Reject}, {"de", "Alle auswählen", NoClass}, {"de", "Standardeinstellungen übernehmen", Accept}, {"de", "Nur technische Cookies zulassen", Reject},
		{"fr", "Continuer sans consentir", Reject}, {"fr", "Je ne consens pas", Reject}, {"fr", "Autoriser la sélection", Save}, {"fr", "Personnaliser mon expérience", NoClass},
		{"es", "Permitir la selección", Save}, {"it", "Accetta selezionati", Save}, {"nl", "Selectie toestaan", Save}, {"pl", "Zezwól na wybór", Save},
		{"pl", "Kontynuuj bez akceptowania", Reject}, {"pt", "Não consentir", Reject}, {"pt", "Aceitar selecionados", Save}, {"sv", "Tillåt urval", Save}, {"sv", "Tillåt nödvändiga kakor", Reject}, {"en", "I don't want to accept", Reject}, {"en", "Don’t allow analytics cookies", Reject},
		{"en", "Reject all and accept only necessary", Reject}, {"de", "Optionale Cookies nicht akzeptieren", Reject}, {"pl", "Nie akceptuję wszystkich", Reject},
		{"en", "Do not use analytics cookies", Reject}, {"en", "I'm OK with analytics cookies", Accept}, {"en", "Continue without cookies", Reject},
		{"en", "Turn off optional cookies", Reject}, {"en", "Block all", Reject}, {"en", "Not now", NoClass},
		{"en", "Accept all or reject all", Accept}, {"en", "Reject some and accept all", Accept}, {"de", "Notwendige und Marketing akzeptieren", Accept},
		{"ru", "Принять все", Accept}, {"ru", "Только необходимые", Reject}, {"tr", "Tümünü reddet", Reject}, {"no", "Kun nødvendige", Reject},
	} {
		if got := vocabularyFor(tt.lang).classify(tt.label); got != tt.want {
			t.Errorf("%s %q is taken for %q, want %q", tt.lang, tt.label, got, tt.want)
		}
	}
}

// The category that a switch decides on must be the one that it would be worst to
// mistake it for: none that sells may pass for one that counts.
func TestCategories(t *testing.T) {
	for _, tt := range []struct{ lang, text, want string }{
		{"en", "Strictly necessary cookies", "necessary"}, {"en", "Performance cookies", "analytics"}, {"en", "Analytics and marketing", "marketing,analytics"},
		{"en", "Personalised advertising", "marketing"}, {"en", "Necessary and functional", "functional,necessary"}, {"en", "Matomo", ""},
		{"de", "Statistik", "analytics"}, {"de", "Komfort", "functional"}, {"de", "Notwendige", "necessary"}, {"de", "Werbung", "marketing"},
		{"fr", "Mesure d’audience", "analytics"}, {"fr", "Publicité ciblée", "marketing"}, {"es", "Cookies analíticas", "analytics"},
		{"it", "Cookie di profilazione", "marketing"}, {"nl", "Voorkeuren", "functional"}, {"pl", "Niezbędne", "necessary"},
		{"en", "Non-essential cookies", ""}, {"en", "Optional (not required)", ""}, {"en", "Cookies that are not essential", ""},
		{"en", "Not strictly necessary", ""}, {"en", "Non-essential analytics", "analytics"}, {"en", "Always on, required", "necessary"},
		{"de", "Nicht notwendige Cookies", ""}, {"de", "Nicht technisch notwendig", ""}, {"fr", "Cookies non essentiels", ""}, {"fr", "Ils ne sont pas nécessaires", ""},
		{"es", "Cookies no necesarias", ""}, {"it", "Cookie non necessari", ""}, {"nl", "Niet-noodzakelijke cookies", ""}, {"pl", "Pliki, które nie są niezbędne", ""},
		{"pt", "Cookies não essenciais", ""}, {"sv", "Icke nödvändiga kakor", ""}, {"cy", "Cwcis nad ydynt yn hanfodol", ""}, {"tr", "Gerekli olmayan çerezler", ""},
		{"ja", "必須ではないCookie", ""}, {"zh", "非必要 Cookie", ""}, {"ko", "비필수 쿠키", ""},
		{"pt", "Cookies de desempenho", "analytics"}, {"sv", "Kakor för marknadsföring", "marketing"}, {"cy", "Cwcis dadansoddi", "analytics"},
	} {
		if got := strings.Join(vocabularyFor(tt.lang).categories(tt.text), ","); got != tt.want {
			t.Errorf("%s %q names %q, want %q", tt.lang, tt.text, got, tt.want)
		}
	}
}

// So must the names that a manager's record gives to categories.
func TestCategoryOf(t *testing.T) {
	for name, want := range map[string]string{
		"necessary": "necessary", "strictly-necessary": "necessary", "C0001_essential": "necessary", "required": "necessary",
		"nonEssential": "", "non-essential": "", "unnecessary": "", "not_required": "", "optional_technical": "", "nicht notwendig": "",
		"non_essential_analytics": "analytics", "annotations": "",
	} {
		if got := CategoryOf(name); got != want {
			t.Errorf("%q is taken for %q, want %q", name, got, want)
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
	for lang, label := range map[string]string{"sv": "Användning av kakor", "da": "Cookies fra andre", "de": "Cookies aus Analysen"} {
		if vocabularyFor(lang).saysOff(label) {
			t.Errorf("%q is taken for no", label)
		}
	}
	for lang, label := range map[string]string{"sv": "Av", "da": "Fra", "de": "Aus", "nl": "Uit"} {
		if !vocabularyFor(lang).saysOff(label) {
			t.Errorf("%q is not taken for no", label)
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
	reviewed := 0
	for _, l := range all.all {
		if !l.unreviewed {
			reviewed++
		}
		for of, re := range l.patterns {
			some := slices.Contains([]list{infoWord, nounWord, keepWord, lureWord, mentionWord}, list(of)) ||
				l.unreviewed && slices.Contains([]list{topicWord, withdrawWord, doneWord, detailsWord, thirdWord, vendorsWord, listingWord, backWord, nextWord, asideWord, stateWord, useWord, laterWord}, list(of))
			if re == nil && !some {
				t.Errorf("%s: list %d is empty", l.code, of)
			}
		}
		if l.native == "" {
			t.Errorf("%s: no native name", l.code)
		}
	}
	if len(all.all) < 30 || reviewed < 10 {
		t.Errorf("%d languages, %d of them reviewed", len(all.all), reviewed)
	}
}

// The index only spares work: it may never hide a word that a pattern finds.
func TestIndexHidesNothing(t *testing.T) {
	known, err := lexicons()
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, l := range known.all {
		for _, of := range l.patterns {
			if of == nil {
				continue
			}
			for _, text := range samples(of.String()) {
				for _, n := range []string{norm(text), norm("abc " + text), norm(text + " xyz")} {
					found := known.index.find(n)
					for i, re := range l.patterns {
						if re == nil || !re.MatchString(n) {
							continue
						}
						hits++
						if found[l.id]&(1<<i) == 0 {
							t.Fatalf("%s: %q matches list %d, and the index hides it", l.code, n, i)
						}
					}
				}
			}
		}
	}
	if hits < 10_000 {
		t.Errorf("%d matches tried", hits)
	}
}

// samples are texts that a pattern's branches match, with each choice taken once.
func samples(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	var out []string
	for pick := range 40 {
		out = append(out, sample(re, pick))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sample(re *syntax.Regexp, pick int) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(re.Rune[pick%len(re.Rune)])
	case syntax.OpAlternate:
		return sample(re.Sub[pick%len(re.Sub)], pick/len(re.Sub)+pick)
	case syntax.OpQuest:
		if pick%2 == 0 {
			return ""
		}
		return sample(re.Sub[0], pick)
	case syntax.OpCapture, syntax.OpConcat, syntax.OpPlus:
		out := ""
		for _, s := range re.Sub {
			out += sample(s, pick)
		}
		return out
	}
	return ""
}

// A page of two thousand buttons is classified within 50 ms: a test of its own
// would measure the machine.
func BenchmarkClassify(b *testing.B) {
	labels := make([]string, 2000)
	for i := range labels {
		labels[i] = []string{
			"Add article %d to the basket", "Compare offer %d", "Show more of product %d", "In den Warenkorb (%d)", "Voir les détails du produit %d",
			"商品%dをカートに入れる", "Add to favourites %d", "%d Bewertungen anzeigen", "Next %d", "Reply to comment %d of this customer",
		}[i%10]
		labels[i] = fmt.Sprintf(labels[i], i)
	}
	v := vocabularyFor("en")
	for b.Loop() {
		for _, l := range labels {
			v.classify(l)
		}
	}
}

func TestNamesCategory(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Statistics": true, "Performance and functional cookies": true, "Analytics & advertising": true, "Werbung": true,
		"Performance Max": false, "Google Analytics": false, "Advertising by partners": false, "Maps": false, "": false,
	} {
		if got := vocabularyFor("de").namesCategory(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
