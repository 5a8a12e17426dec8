package tape

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Schema is the version of the file format that this package writes.
const Schema = 1

// Index is tape.json.
type Index struct {
	Schema   int       `json:"schema"`
	Tool     string    `json:"tool"` // name and version
	Recorded time.Time `json:"recorded"`
	URLs     []string  `json:"urls,omitempty"` // that the recorded scan was asked to look at
	// Entries stand in the order in which they were asked for, within a track.
	Entries []Entry `json:"entries"`
}

// Entry is one request and what came of it: an answer, a part of one, or none.
type Entry struct {
	// Track is the visit that asked.
	Track string `json:"track"`
	// Method is CONNECT for what went wrong while connecting; URL is then
	// host:port. WebSockets are GET of ws: or wss:.
	Method string `json:"method"`
	URL    octets `json:"url"`
	// Digest is the SHA-256 of the request's body in hex, "" for none; Range the
	// part of the answer that was asked for.
	Digest string `json:"digest,omitempty"`
	Range  string `json:"range,omitempty"`
	// At is when it was asked for, in milliseconds since Recorded; Delay how
	// many milliseconds later the answer began.
	At    int64 `json:"at"`
	Delay int64 `json:"delay,omitempty"`
	// Status is 0 where no answer came. Headers are as received, in order.
	Status  int     `json:"status,omitempty"`
	Headers []Field `json:"headers,omitempty"`
	Body    string  `json:"body,omitempty"` // file in the archive, "" for an empty one
	// CutOff: the answer, or the wait for one, had no end while anybody listened,
	// or it was too large to keep.
	CutOff bool `json:"cut_off,omitempty"`
	// Error is how it ended early. Why has more of certificates.
	Error Fault  `json:"error,omitempty"`
	Why   string `json:"why,omitempty"`
	// Frames are those of a WebSocket, in order; Body is then the payload of
	// those from the site, one after the other.
	Frames []Frame `json:"frames,omitempty"`

	order int64 // in which it was asked for
}

// Frame is one frame of a WebSocket. What the page sent is kept as a digest.
type Frame struct {
	Site   bool   `json:"site,omitempty"`   // the site sent it
	Head   byte   `json:"head"`             // first byte: flags and opcode
	Length int64  `json:"length,omitempty"` // of the payload, in bytes
	Digest string `json:"digest,omitempty"` // SHA-256 in hex, of the page's
}

// Fault is a way in which a connection fails.
type Fault string

const (
	FaultDNS         Fault = "dns"         // the name cannot be resolved
	FaultRefused     Fault = "refused"     // nobody listens
	FaultUnreachable Fault = "unreachable" // no way there
	FaultTimeout     Fault = "timeout"     // no connection in time
	FaultReset       Fault = "reset"       // ended by a reset
	FaultClosed      Fault = "closed"      // ended before the answer did
	FaultTLS         Fault = "tls"         // no secure connection
	FaultCertificate Fault = "certificate" // the certificate is not valid; requests may have gone through
	FaultAnswer      Fault = "answer"      // what came is no HTTP
)

var faults = []Fault{FaultDNS, FaultRefused, FaultUnreachable, FaultTimeout, FaultReset, FaultClosed, FaultTLS, FaultCertificate, FaultAnswer}

// methodConnect is the method of entries about connections.
const methodConnect = http.MethodConnect

// octets are bytes that JSON keeps: each is written as the code point of its
// value, since what sites send need not be UTF-8.
type octets string

func (o octets) MarshalJSON() ([]byte, error) {
	runes := make([]rune, len(o))
	for i := range len(o) {
		runes[i] = rune(o[i])
	}
	return json.Marshal(string(runes))
}

func (o *octets) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return fmt.Errorf("%q is no byte", r)
		}
		out = append(out, byte(r))
	}
	*o = octets(out)
	return nil
}

// Field is one header line. In JSON it is [name, value].
type Field struct{ Name, Value string }

func (f Field) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]octets{octets(f.Name), octets(f.Value)})
}

func (f *Field) UnmarshalJSON(data []byte) error {
	var pair []octets
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return errors.New("a header is [name, value]")
	}
	f.Name, f.Value = string(pair[0]), string(pair[1])
	return nil
}

// sound reports whether the line can be sent without becoming another one.
func (f Field) sound() bool {
	return f.Name != "" && !strings.ContainsFunc(f.Name, func(r rune) bool { return r <= ' ' || r == ':' || r == 0x7f }) &&
		!strings.ContainsAny(f.Value, "\r\n\x00")
}

var (
	methodForm = regexp.MustCompile(`^[!#$%&'*+.^_|~0-9A-Za-z-]{1,64}$`)
	bodyForm   = regexp.MustCompile(`^bodies/[0-9]{4,9}$`)
)

// check finds what no recorder wrote.
func (e Entry) check() error {
	scheme, _, _, ok := split(string(e.URL))
	switch {
	case !methodForm.MatchString(e.Method):
		return fmt.Errorf("method %q", e.Method)
	case e.Method == methodConnect && e.Error == "":
		return errors.New("a connection without error")
	case e.Method != methodConnect && (!ok || !slices.Contains([]string{"http", "https", "ws", "wss"}, scheme)):
		return errors.New("its url is none")
	case e.Status != 0 && e.Status != http.StatusSwitchingProtocols && (e.Status < 200 || e.Status > 999):
		return fmt.Errorf("status %d", e.Status)
	case e.Body != "" && !bodyForm.MatchString(e.Body):
		return fmt.Errorf("body file %q", e.Body)
	case e.Error != "" && !slices.Contains(faults, e.Error):
		return fmt.Errorf("error %q", e.Error)
	case e.Delay < 0 || e.At < 0:
		return errors.New("a time before the recording")
	}
	for i, f := range e.Headers {
		if !f.sound() {
			return fmt.Errorf("header %d is none", i+1)
		}
	}
	for i, f := range e.Frames {
		if f.Length < 0 {
			return fmt.Errorf("frame %d: length %d", i+1, f.Length)
		}
	}
	return nil
}
