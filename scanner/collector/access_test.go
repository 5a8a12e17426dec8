package collector_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"cookieaudit/scanner/observation"
	"cookieaudit/scanner/scantest"

	gocmp "github.com/google/go-cmp/cmp"
)

// A single reading by a tracker, or a single write into a database, is told as its own,
// though a script of the page did the like over and over before.
func TestSingleCallAfterManyOfAnother(t *testing.T) {
	scantest.Handle(t, "single-tracker.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `canvas.toDataURL(); db.transaction('s', 'readwrite').objectStore('s').put('tracked', 2)`)
	}))
	url := scantest.Pages(t, "single.test", map[string]string{"/": `<script>
		const canvas = document.createElement('canvas');
		for (let i = 0; i < 20; i++) canvas.toDataURL();
		const ask = indexedDB.open('base');
		let db;
		ask.onupgradeneeded = () => ask.result.createObjectStore('s');
		ask.onsuccess = () => {
			db = ask.result;
			const s = db.transaction('s', 'readwrite').objectStore('s');
			for (let i = 0; i < 20; i++) s.put('own', 1);
			document.body.append(Object.assign(document.createElement('script'), { src: 'https://single-tracker.test/t.js' }));
		};
	</script><body>`})
	o := opened(t, url)
	var got []string
	for _, a := range o.Accesses {
		got = append(got, fmt.Sprintf("%s %d times by %s", a.API, max(1, a.N), a.By.URL))
	}
	for _, w := range o.Writes {
		if w.Op == observation.OpChange && w.By.URL != url {
			got = append(got, fmt.Sprintf("%s %s by %s", w.Op, w.Item.Name, w.By.URL))
		}
	}
	slices.Sort(got)
	want := []string{
		"HTMLCanvasElement.toDataURL 1 times by https://single-tracker.test/t.js",
		"HTMLCanvasElement.toDataURL 16 times by " + url,
		"change base by https://single-tracker.test/t.js",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
