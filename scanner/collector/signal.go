package collector

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/signal"
)

// heard is what a leg has heard of the visitor's choice so far.
type heard struct {
	// said is what each source said last in each phase.
	said map[spoken]string
	// requests is the last value of each parameter of requests in each phase, so that
	// none is decoded over and over; read counts them.
	requests map[spoken]string
	read     int
}

type spoken struct {
	phase  observation.Phase
	kind   observation.SignalKind
	source string
	name   string
}

// maxHeard bounds the parameters of requests that are read in a leg, each of them
// another than the one before it: a site may make up any number.
const maxHeard = 1000

// Signal records what the site says of the visitor's choice now, unless its source
// said the same before it in this phase.
func (l *Log) Signal(s observation.Signal) {
	m := l.moment(now())
	m.phase = l.Phase()
	l.signal(m, s)
}

func (l *Log) signal(m moment, s observation.Signal) {
	s.Leg, s.Page, s.Phase, s.At, s.Seq = l.leg, m.page, m.phase, m.at, 0
	s.Source, s.Name = l.redact.Text(s.Source), l.redact.Text(s.Name)
	s.Error = l.redact.Text(l.redactText(s.Error))
	says := make([]observation.Saying, len(s.Says))
	for i, y := range s.Says {
		y.Of = l.redact.Text(y.Of)
		says[i] = y
	}
	s.Says = says
	at := spoken{s.Phase, s.Kind, s.Source, s.Name}
	words := content(s)
	if l.heard.said[at] == words {
		return
	}
	l.heard.said[at] = words
	l.add(observation.Record{Signal: &s})
	if !ofRequest(s.Source) {
		// The page changed its mind: what requests say from now on counts anew.
		maps.DeleteFunc(l.heard.said, func(at spoken, _ string) bool { return ofRequest(at.source) })
		clear(l.heard.requests)
	}
}

func ofRequest(source string) bool { return strings.HasPrefix(source, signal.FromRequest) }

// content is what a signal says, without where and when.
func content(s observation.Signal) string {
	s.Page, s.At, s.Seq = "", 0, 0
	b, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return string(b)
}

// carriers are the parameters by which requests tell others of the choice.
var carriers = map[string]func(string) ([]observation.Signal, error){
	"gcs":          alone(signal.GCS),
	"gcd":          alone(signal.GCD),
	"us_privacy":   alone(signal.USPrivacy),
	"gdpr_consent": alone(signal.TCF),
	"gpp":          signal.GPP,
}

func alone(decode func(string) (observation.Signal, error)) func(string) ([]observation.Signal, error) {
	return func(text string) ([]observation.Signal, error) {
		s, err := decode(text)
		return []observation.Signal{s}, err
	}
}

// requested records what a request says of the visitor's choice. Parameters that
// cannot be decoded are passed over: their names are short, and others use them too.
func (l *Log) requested(raw string, m moment) {
	_, query, ok := strings.Cut(raw, "?")
	if !ok {
		return
	}
	host := observation.HostOf(raw)
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		decode := carriers[name]
		if decode == nil || value == "" {
			continue
		}
		at := spoken{phase: m.phase, source: host, name: name}
		if l.heard.requests[at] == value || l.heard.read >= maxHeard {
			continue
		}
		l.heard.requests[at] = value
		l.heard.read++
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		all, err := decode(value)
		if err != nil {
			continue
		}
		for _, s := range all {
			s.Source = signal.FromRequest + host
			if s.TCF != nil {
				// Any number of requests carry the page's own string.
				s.TCF.Vendors, s.TCF.Interests, s.TCF.Disclosed, s.TCF.Allowed, s.TCF.Restrictions = nil, nil, nil, nil, nil
			}
			l.signal(m, s)
		}
	}
}
