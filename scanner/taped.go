package scanner

import (
	"fmt"
	"strings"

	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
)

// behindTape puts the tape between the browser and the network, if there is one.
func (s *scan) behindTape() error {
	if s.options.Tape == nil {
		return nil
	}
	address, err := s.options.Tape.Track("")
	if err != nil {
		return err
	}
	s.options.Browser.Proxy = chrome.Proxy{Address: address, SPKI: s.options.Tape.SPKI()}
	return nil
}

// track is the proxy of one leg, "" for none. Legs run side by side, and what one
// of them was answered must not be given to another.
func (s *scan) track(leg string) (string, error) {
	if s.options.Tape == nil {
		return "", nil
	}
	return s.options.Tape.Track(leg)
}

// missedHosts is how many hosts are listed: a page can ask for any number.
const missedHosts = 50

// missed records what was asked for and is not on the tape: a replay with such
// gaps is not the whole site.
func (s *scan) missed() error {
	if s.options.Tape == nil {
		return nil
	}
	n := 0
	var hosts []string
	for i, m := range s.options.Tape.Misses() {
		n += m.N
		switch {
		case i < missedHosts:
			hosts = append(hosts, fmt.Sprintf("%s (%d)", s.redact.Text(m.Host), m.N))
		case i == missedHosts:
			hosts = append(hosts, "and others")
		}
	}
	if n == 0 {
		return nil
	}
	why := "requests whose answer is not on the tape, by host: " + strings.Join(hosts, ", ")
	return s.log.Append(observation.Record{Gap: &observation.Gap{Kind: "replay-miss", Why: why, N: n}})
}
