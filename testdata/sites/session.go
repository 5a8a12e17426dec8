package sites

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// session is what a host keeps of its visitors on the server: who holds a living
// session, by the random id in a cookie. Rules begin and end it.
type session struct {
	// Cookie is the name and then the attributes: JSESSIONID; Path=/; HttpOnly.
	Cookie string `yaml:"cookie"`
	// Idle ends a session that no request used for longer, see Server.Age; 0 never
	// does. The browser is not told: it finds out with a new id.
	Idle time.Duration `yaml:"idle"`

	mu   sync.Mutex
	used map[string]time.Time // last use, by id
}

// What a rule does with the session.
const (
	startSession = "start" // gives a fresh id to a request that brings none alive
	endSession   = "end"   // forgets the id, and has the browser delete the cookie
)

func (s *session) prepare() error {
	if s.name() == "" || strings.Contains(s.name(), "=") {
		return errors.New("session: cookie must be a name and attributes, without a value")
	}
	s.used = map[string]time.Time{}
	return nil
}

func (s *session) name() string {
	name, _, _ := strings.Cut(s.Cookie, ";")
	return strings.TrimSpace(name)
}

// set is the Set-Cookie line that gives the cookie a value.
func (s *session) set(value string) string {
	_, attributes, _ := strings.Cut(s.Cookie, ";")
	return s.name() + "=" + value + "; " + strings.TrimSpace(attributes)
}

// age moves the last use of sessions back.
func (s *session) age(ids []string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if last, ok := s.used[id]; ok {
			s.used[id] = last.Add(-d)
		}
	}
}

// serve keeps a living session that a request uses, and begins and ends sessions
// as rules ask. Ending wins.
func (s *session) serve(w http.ResponseWriter, r *http.Request, now time.Time, does map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ""
	if c, err := r.Cookie(s.name()); err == nil {
		id = c.Value
	}
	last, alive := s.used[id]
	alive = alive && (s.Idle == 0 || now.Sub(last) <= s.Idle)
	switch {
	case does[endSession]:
		delete(s.used, id)
		if id != "" {
			w.Header().Add("Set-Cookie", s.set("")+"; Max-Age=0")
		}
	case alive:
		s.used[id] = now
	case does[startSession]:
		id = random()
		s.used[id] = now
		w.Header().Add("Set-Cookie", s.set(id))
	}
}
