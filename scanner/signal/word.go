package signal

import (
	"net/url"
	"regexp"
	"strings"

	"cookieaudit/scanner/observation"
)

var (
	consentName = regexp.MustCompile(`(?i)consent|cookie|gdpr|ccpa|dsgvo|rgpd|lgpd|privacy|opt.?in|opt.?out|accept|track|banner|cmp`)
	optOutName  = regexp.MustCompile(`(?i)opt.?out|(disable|decline|reject|refuse|den(y|ied))`)
	yesWord     = regexp.MustCompile(`^(true|yes|y|1|on|allow(ed|all)?|accept(ed|all)?|grant(ed)?|agree(d)?|all|oui|ja|si|opt-?in)$`)
	// Items of these names tell that the dialog was answered or is to be shown, not how:
	// the first whatever else they speak of, the second unless it is the choice.
	answeredName = regexp.MustCompile(`(?i)seen|show|viewed|dismiss|clos(e|ing)|hid(e|den)`)
	dialogName   = regexp.MustCompile(`(?i)banner|pop-?up|modal|notice|notification|message|prompt|overlay|dialog|bar($|[-_.])`)
	choiceName   = regexp.MustCompile(`(?i)consent|opt.?in|opt.?out|accept|agree|allow|decline|reject|refuse|den(y|ied)|grant`)
	bareWord     = regexp.MustCompile(`^(true|yes|y|1|on|oui|ja|si|false|no|n|0|off|non|nein)$`)
	noWord       = regexp.MustCompile(`^(false|no|n|0|off|den(y|ied)|decline(d)?|reject(ed|all)?|refuse(d)?|disallow(ed)?|none|necessary|essential|non|nein|opt-?out)$`)
)

// Word is what a stored value says of a choice where it is a plain word, and the
// item's name one of consent; "" otherwise. Many home-made dialogs keep no more.
func Word(name, value string) observation.Stance {
	if len(value) > 40 || !consentName.MatchString(name) {
		return ""
	}
	if plain, err := url.QueryUnescape(value); err == nil {
		value = plain
	}
	value = strings.ToLower(strings.Trim(value, "\"' "))
	if bareWord.MatchString(value) && (answeredName.MatchString(name) || dialogName.MatchString(name) && !choiceName.MatchString(name)) {
		return "" // both choices leave it so
	}
	yes, no := yesWord.MatchString(value), noWord.MatchString(value)
	if optOutName.MatchString(name) && (value == "true" || value == "1" || value == "false" || value == "0" || value == "yes" || value == "no") {
		yes, no = no, yes // opted out: yes
	}
	switch {
	case yes:
		return observation.StanceGranted
	case no:
		return observation.StanceDenied
	}
	return ""
}
