package scanner

import (
	"testing"
	"time"

	"cookieaudit/scanner/observation"

	"github.com/google/go-cmp/cmp"
)

type nowhere struct{}

func (nowhere) Append(...observation.Record) error { return nil }

// What came by the clock once needs no second look; of the pages that showed the
// rest as few are opened again as will do, each for as long as its last item took.
func TestWhatIsLookedAtAgain(t *testing.T) {
	h := newHurried(nowhere{})
	for id, from := range map[string]int{"accept/1": 0, "accept/2": 25, "reject/1": 0} {
		h.begin(leg{record: observation.Leg{ID: id, Choice: observation.Choice(id[:6])}, from: from})
	}
	page := func(id string, nr int, why observation.Purpose) {
		_ = h.Append(observation.Record{Page: &observation.Page{ID: id, Nr: nr, Purpose: why, Opened: 1000}})
	}
	write := func(page, name string, at int64, fast bool, phase observation.Phase, via observation.Via) {
		_ = h.Append(observation.Record{Write: &observation.Write{
			Page: page, Item: observation.Key{Kind: observation.Cookie, Name: name}, Op: observation.OpSet, At: at, Fast: fast, Phase: phase, Via: via,
		}})
	}
	const after, script = observation.After, observation.ViaScript
	page("accept/1/p1", 1, observation.PurposeReload)
	page("accept/1/p2", 2, observation.PurposeVisit)
	page("accept/1/p3", 1, observation.PurposeReturn)
	page("accept/2/p2", 26, observation.PurposeVisit)
	page("reject/1/p1", 1, observation.PurposeReload)
	write("accept/1/p1", "everywhere", 31_000, true, after, script)
	write("accept/1/p2", "everywhere", 31_000, true, after, script)
	write("accept/1/p2", "everywhere", 41_000, true, after, script) // again: the first will do
	write("accept/1/p2", "two", 6_000, true, after, script)
	write("accept/1/p1", "clock", 9_000, true, after, script)
	write("accept/1/p2", "clock", 9_000, false, after, script)
	write("accept/1/p1", "clock", 9_000, true, after, script)
	write("accept/1/p3", "later", 4_000, true, observation.Return, script)
	write("accept/2/p2", "jar", 2_000, true, after, observation.ViaUnknown)
	write("reject/1/p1", "clock", 200_000, true, after, script)
	want := []again{
		{0, map[stay]time.Duration{
			{phase: after, nr: 2}:                           32 * time.Second,
			{phase: observation.Return, nr: 1, later: true}: 5 * time.Second,
		}},
		{25, map[stay]time.Duration{{phase: after, nr: 26}: lingerLimit}},
	}
	opt := cmp.AllowUnexported(again{}, stay{})
	if diff := cmp.Diff(want, h.of(observation.Accept), opt); diff != "" {
		t.Errorf("accept (-want +got):\n%s", diff)
	}
	// Never longer than the limit.
	if diff := cmp.Diff([]again{{0, map[stay]time.Duration{{phase: after, nr: 1}: lingerLimit}}}, h.of(observation.Reject), opt); diff != "" {
		t.Errorf("reject (-want +got):\n%s", diff)
	}
	if got := h.of(observation.None); len(got) != 0 {
		t.Errorf("none: %v", got)
	}
}
