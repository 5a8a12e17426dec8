package chrome

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/google/go-cmp/cmp"
)

// wire is a transport whose messages a test sends. Every command is answered with
// an empty result.
type wire struct {
	in   chan *cdproto.Message
	done chan struct{}
}

func newWire() *wire { return &wire{make(chan *cdproto.Message, 100), make(chan struct{})} }

func (w *wire) Read(_ context.Context, m *cdproto.Message) error {
	select {
	case next := <-w.in:
		*m = *next
		return nil
	case <-w.done:
		return io.EOF
	}
}

func (w *wire) Write(_ context.Context, m *cdproto.Message) error {
	w.in <- &cdproto.Message{ID: m.ID, SessionID: m.SessionID, Result: jsonv2.Value(`{"browserContextId":"C","frameTree":{},"result":{"type":"number","value":1}}`)}
	return nil
}

func (w *wire) Close() error { close(w.done); return nil }

// event sends an event and waits until the reader has it.
func (w *wire) event(session, method, params string) {
	w.in <- &cdproto.Message{SessionID: target.SessionID(session), Method: cdproto.MethodType(method), Params: jsonv2.Value(params)}
}

func TestLostEventsAreGaps(t *testing.T) {
	const attached = `{"sessionId":"S","targetInfo":{"targetId":"T","type":"page","title":"","url":"https://a.test/","attached":true,"canAccessOpener":false,"browserContextId":"C"},"waitingForDebugger":true}`
	for _, test := range []struct {
		name   string
		events [][3]string
		want   []string
	}{
		{name: "in order", events: [][3]string{
			{"S", "Network.requestWillBeSent", `{"requestId":"1","request":{"url":"https://a.test/"}}`},
			{"S", "Network.responseReceivedExtraInfo", `{"requestId":"1"}`},
			{"S", "Network.loadingFinished", `{"requestId":"1"}`},
		}},
		{name: "extra ahead of its request", events: [][3]string{
			{"S", "Network.responseReceivedExtraInfo", `{"requestId":"1","headers":{"Set-Cookie":"a=1"}}`},
			{"S", "Network.requestWillBeSent", `{"requestId":"1","request":{"url":"https://a.test/"}}`},
		}},
		{name: "request without a beginning", events: [][3]string{
			{"S", "Network.responseReceivedExtraInfo", `{"requestId":"1","headers":{"set-cookie":"a=1"}}`},
			{"S", "Network.responseReceived", `{"requestId":"1"}`},
			{"S", "Network.responseReceivedExtraInfo", `{"requestId":"2","headers":{"server":"x"}}`},
			{"S", "Network.loadingFinished", `{"requestId":"3"}`},
		}, want: []string{
			"events-out-of-order: events of a page tell of requests whose beginning was not told (blind false)",
			"events-out-of-order: events of a page tell of requests whose beginning was not told (blind false)",
		}},
		{name: "undecodable, though several read it", events: [][3]string{
			{"S", "Network.responseReceivedExtraInfo", `{"requestId":7}`},
			{"S", "Page.frameNavigated", `{"frame":"no"}`},
			{"S", "DOMStorage.domStorageItemAdded", `[]`},
		}, want: []string{
			"events-undecodable: events of a page could not be read: writes may have been missed (blind true)",
			"events-undecodable: events of a page could not be read (blind false)",
			"events-undecodable: events of a page could not be read: writes may have been missed (blind true)",
		}},
		{name: "too long, so that the pipe cut it", events: [][3]string{
			{"S", "Network.responseReceivedExtraInfo", ""},
		}, want: []string{
			"events-undecodable: events of a page could not be read: writes may have been missed (blind true)",
		}},
		{name: "of nobody", events: [][3]string{
			{"X", "Network.requestWillBeSent", `{}`},
			{"X", "Page.loadEventFired", `{}`},
			{"", "Target.attachedToTarget", `{"sessionId":1}`},
		}, want: []string{
			"events-lost: events came of a page, frame or worker that nobody was attached to: writes may have been missed (blind true)",
			"events-lost: events came of a page, frame or worker that nobody was attached to (blind false)",
			"events-undecodable: events of the browser could not be read: writes may have been missed (blind true)",
		}},
		{name: "of a session that the browser detached", events: [][3]string{
			{"", "Target.detachedFromTarget", `{"sessionId":"S"}`},
			{"S", "Network.requestWillBeSent", `{}`},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWire()
			conn := newConn(w)
			var got []string
			c, err := (&Browser{conn: conn}).NewContext(t.Context(), Hooks{
				// Whoever listens reads what it knows, too.
				On: func(e Event) {
					switch e.Method {
					case "Network.responseReceivedExtraInfo":
						_ = e.Decode(&network.EventResponseReceivedExtraInfo{})
					case "DOMStorage.domStorageItemAdded":
						_ = e.Decode(&struct{ Key string }{})
					}
				},
				Gap: func(kind, why string, _ *Session, blind bool) {
					got = append(got, fmt.Sprintf("%s: %s (blind %v)", kind, why, blind))
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			w.event("", "Target.attachedToTarget", attached)
			for _, e := range test.events {
				w.event(e[0], e[1], e[2])
			}
			// Its answer comes after all of that, and the gaps are told by then.
			if _, err := c.Cookies(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.Do(func() {})
			c.Do(c.settle)
			c.Close()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			w.Close()
			<-conn.done
		})
	}
}
