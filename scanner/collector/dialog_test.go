package collector_test

import (
	"bytes"
	"strings"
	"testing"

	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
)

// No layer of a dialog brings what is personal into the record.
func TestDialogsAreRedacted(t *testing.T) {
	layer := observation.Dialog{
		Frame: "https://cmp.test/?user=anna@shop.test", Text: "Dear anna@shop.test, we use cookies", Policy: "https://www.shop.test/cookies?for=anna@shop.test",
		Controls: []observation.Control{{Text: "Accept for anna@shop.test", Name: "Accept as anna@shop.test"}},
	}
	var log bytes.Buffer
	out := observation.NewWriter(&log)
	l := collector.NewLog("none/1", observation.NewRedactor([]byte("test")), out)
	l.OpenPage("https://www.shop.test/", true)
	l.Consent(observation.Consent{Choice: observation.Settings, Found: true, Dialog: &layer, Further: []observation.Dialog{layer}})
	l.Flush()
	if got := log.String(); strings.Contains(got, "anna") || strings.Count(got, "Dear {email}") != 2 {
		t.Error(got)
	}
}
