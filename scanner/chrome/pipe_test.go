package chrome

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/chromedp/cdproto"
	"github.com/google/go-cmp/cmp"
)

type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) Close() error                { return nil }

// A message that is too long costs no memory and no more than itself: what it is and
// whose is kept, for the gap, and those behind it are read.
func TestMessageThatIsTooLong(t *testing.T) {
	long := strings.Repeat("x", 300<<10)
	said := strings.Join([]string{
		`{"method":"Page.loadEventFired","params":{"timestamp":1},"sessionId":"A"}`,
		`{"method":"Runtime.consoleAPICalled","params":{"args":["` + long + `\"},\"sessionId\":\"Z\"}"]},"sessionId":"B"}`,
		`{"id":7,"result":{"body":"` + long + `"},"sessionId":"C"}`,
		`{"odd":"` + long + `"}`,
		"",
		`{"id":8,"result":{"body":"` + long[:90<<10] + `"},"sessionId":"D"}`,
		`{"id":9,"result":{}}`,
		"",
	}, "\x00") + `{"id":10,`
	p := newPipe(io.NopCloser(strings.NewReader(said)), nowhere{})
	p.most = 100 << 10
	var got []string
	for {
		var m cdproto.Message
		if err := p.Read(t.Context(), &m); err != nil {
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("the end is %v", err)
			}
			break
		}
		got = append(got, fmt.Sprintf("%d %s of %q: params %d, result %d, %v", m.ID, m.Method, m.SessionID, len(m.Params), len(m.Result), m.Error != nil))
	}
	want := []string{
		`0 Page.loadEventFired of "A": params 15, result 0, false`,
		`0 Runtime.consoleAPICalled of "B": params 0, result 0, false`,
		`7  of "C": params 0, result 0, true`,
		`0  of "": params 0, result 0, true`,
		fmt.Sprintf(`8  of "D": params 0, result %d, false`, 90<<10+len(`{"body":""}`)),
		`9  of "": params 0, result 2, false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
