package policies

import (
	"fmt"
	"strings"
	"time"

	"cookieaudit/policies/internal/strictyaml"
)

// The words that a lifetime may be in place of a duration.
const (
	session    = "session"
	persistent = "persistent"
	indefinite = "indefinite"
)

func lifetime(n strictyaml.Node) Lifetime {
	l := Lifetime{Position: n.Position(), Unknown: !n.Given()}
	endings := n.Several()
	if n.IsList() && len(endings) == 0 {
		n.Fail("the list of endings is empty", "write session, a duration, persistent, indefinite or unknown")
	}
	var printed []string
	for _, ending := range endings {
		if text := l.add(ending); text != "" {
			printed = append(printed, text)
		}
	}
	l.Printed = strings.Join(printed, ", ")
	return l
}

// add takes in one ending and returns it as written.
func (l *Lifetime) add(n strictyaml.Node) string {
	if n.IsMap() {
		return l.addEvent(n)
	}
	text := n.Text()
	if text == "" {
		return ""
	}
	one, err := ParseLifetime(text)
	failWith(n, err)
	l.Unknown = l.Unknown || one.Unknown
	l.Session = l.Session || one.Session
	l.Persistent = l.Persistent || one.Persistent
	l.Indefinite = l.Indefinite || one.Indefinite
	l.Max = max(l.Max, one.Max)
	return text
}

// ParseLifetime reads a lifetime with one ending: session, a duration, persistent
// (longer than the session, the document does not say how long), indefinite or
// unknown.
func ParseLifetime(text string) (Lifetime, error) {
	l := Lifetime{Printed: text}
	switch strings.ToLower(text) {
	case unknown:
		l.Unknown = true
		return l, nil
	case session:
		l.Session = true
		return l, nil
	case persistent:
		l.Unknown, l.Persistent = true, true
		return l, nil
	case indefinite:
		l.Indefinite = true
		return l, nil
	}
	var err error
	l.Max, err = ParseDuration(text)
	if near := strictyaml.Nearest(text, []string{session, persistent, indefinite, unknown}); err != nil && near != "" {
		err = fmt.Errorf("unknown lifetime %q: did you mean %s?", text, near)
	}
	return l, err
}

func (l *Lifetime) addEvent(n strictyaml.Node) string {
	m := n.Map("idle", "until")
	if len(m) != 1 {
		n.Fail("an ending is one of idle and until", "write [{idle: 30m}, {until: log-out}] for any of several")
		return ""
	}
	if idle, ok := m["idle"]; ok {
		text := idle.Text()
		l.Idle = max(l.Idle, lasting(idle, text))
		return "idle " + text
	}
	event := m["until"].Text()
	if event != "" {
		l.Until = append(l.Until, event)
	}
	return "until " + event
}

func lasting(n strictyaml.Node, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := ParseDuration(text)
	failWith(n, err)
	return d
}
