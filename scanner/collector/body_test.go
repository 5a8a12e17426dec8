package collector

import (
	"fmt"
	"strings"
	"testing"

	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
)

// Values are found in whatever form of a batch services send them.
func TestFieldsOfBodies(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want []field
	}{
		"object":           {`{"b":"2","a":{"c":"1","n":3}}`, []field{{"a.c", "1"}, {"b", "2"}}},
		"list":             {`[{"event":"e","properties":{"distinct_id":"1"}},{"event":"f"}]`, []field{{"event", "e"}, {"properties.distinct_id", "1"}, {"event", "f"}}},
		"batch":            {`{"batch":[{"anonymousId":"1","context":{"traits":{"id":"2"}}}]}`, []field{{"batch.anonymousId", "1"}, {"traits.id", "2"}}},
		"list of texts":    {`{"ids":["1",["2"]]}`, []field{{"ids", "1"}, {"ids", "2"}}},
		"value by value":   {"{\"a\":\"1\"}\n{\"a\":\"2\"}\n", []field{{"a", "1"}, {"a", "2"}}},
		"in a form":        {`v=2&e=%5B%7B%22device_id%22%3A%221%22%7D%5D`, []field{{"v", "2"}, {"e", `[{"device_id":"1"}]`}, {"device_id", "1"}}},
		"broken off":       {`[{"a":"1"},`, nil},
		"neither":          {`[a] 1`, nil},
		"deeper than ever": {strings.Repeat(`[`, 5000) + `"x"` + strings.Repeat(`]`, 5000), nil},
	} {
		if diff := cmp.Diff(tt.want, bodyFields([]byte(tt.body)), cmp.AllowUnexported(field{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	many := `[` + strings.Repeat(`{"a":"1"},`, 2*maxFields) + `{"a":"1"}]`
	if n := len(bodyFields([]byte(many))); n != maxFields {
		t.Errorf("%d fields of one body", n)
	}
}

func TestIdentifierInBatch(t *testing.T) {
	const id = "0b9f3c1e-77aa-4c1d-9c1e-2f5d8a6b4c3d"
	l := NewLog("none/1", observation.NewRedactor([]byte("k")), nowhere{})
	for _, body := range []string{`[{"properties":{"distinct_id":"%s"}}]`, `{"data":{"events":[{"properties":{"distinct_id":"%s"}}]}}`} {
		v := l.leaves("https://tracker.test/", "https://shop.test/")
		l.readBody(v, fmt.Appendf(nil, body, id), "")
		var r observation.Request
		v.tell(&r)
		if len(r.IDs) != 1 || r.IDs[0].Name != "properties.distinct_id" || r.Unread {
			t.Errorf("%s: %+v", body, r)
		}
	}
}
