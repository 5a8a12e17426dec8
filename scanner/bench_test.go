package scanner_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/collector"
	"cookieaudit/scanner/observation"
	"cookieaudit/testdata/sites"

	"github.com/chromedp/chromedp"
)

// The benchmarks print tables, as ratios to a bare load in the same round, since
// wall times of a busy machine mean little by themselves. Nothing is asserted.

// BenchmarkScan scans the example site, at several widths, beside bare loads of the
// same pages. Each round measures everything once.
func BenchmarkScan(b *testing.B) {
	s := serveExample(b)
	all := []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}
	kinds := []struct {
		name string
		run  func() cost
	}{
		{"bare load, 5 pages in one tab", func() cost { return s.bare(b, false) }},
		{"bare load, each page in a tab of its own", func() cost { return s.bare(b, true) }},
		{"1 page, 1 choice", func() cost { return s.scan(b, all[:1], 1, 1) }},
		{"5 pages, 4 choices, 1 at once", func() cost { return s.scan(b, all, 5, 1) }},
		{"5 pages, 4 choices, 2 at once", func() cost { return s.scan(b, all, 5, 2) }},
		{"5 pages, 4 choices, 4 at once", func() cost { return s.scan(b, all, 5, 4) }},
		{"5 pages, 4 choices, 8 at once", func() cost { return s.scan(b, all, 5, 8) }},
	}
	rounds := make([][]cost, len(kinds))
	for b.Loop() {
		for i, k := range kinds {
			rounds[i] = append(rounds[i], k.run())
		}
	}
	fmt.Printf("\n%-42s %8s %12s %12s %18s %18s %9s\n", "median of "+strconv.Itoa(len(rounds[0])), "wall s", "ms/page·ch.", "CPU-s/p.·ch.", "wall ratio", "CPU ratio", "PSS MB")
	for i, k := range kinds {
		var wall, cpu, wallRatio, cpuRatio, total, pss []float64
		for n, c := range rounds[i] {
			bare := rounds[0][n]
			total = append(total, c.wall.Seconds())
			wall = append(wall, c.perUnit().Seconds()*1000)
			cpu = append(cpu, c.cpu/float64(c.units))
			wallRatio = append(wallRatio, float64(c.perUnit())/float64(bare.perUnit()))
			cpuRatio = append(cpuRatio, cpu[n]/(bare.cpu/float64(bare.units)))
			pss = append(pss, float64(c.pss)/1024)
		}
		fmt.Printf("%-42s %8.2f %12.0f %12.3f %18s %18s %9.0f\n", k.name, median(total), median(wall), median(cpu), spread(wallRatio), spread(cpuRatio), median(pss))
	}
}

// BenchmarkPage takes the cost of one page apart: what a tab, the instruments, the
// visitor's gestures, the fast minute and the checkpoint each add.
func BenchmarkPage(b *testing.B) {
	s := serveExample(b)
	ctx := context.Background()
	browser, err := chrome.Start(ctx, s.options(b))
	if err != nil {
		b.Fatal(err)
	}
	defer browser.Close()
	url := s.site.Start()
	const pages = 5
	type visit struct {
		c   *chrome.Context
		l   *collector.Log
		tab *chrome.Tab
	}
	open := func(v *visit) {
		v.c.Do(func() { v.l.OpenPage(url, true) })
		tab, _, err := v.c.Clock.Open(ctx, url)
		if err != nil {
			b.Fatal(err)
		}
		v.tab = tab
	}
	minute := func(v *visit) {
		v.c.Do(v.l.Fast)
		if _, err := v.c.Clock.Fast(ctx, v.tab, chrome.FastMinute); err != nil {
			b.Fatal(err)
		}
	}
	use := func(v *visit) {
		for range 3 {
			_ = v.c.Clock.Wheel(ctx, v.tab, 800)
		}
		_ = v.c.Clock.Frame(ctx, v.tab)
		_, _ = v.c.Clock.Rest(ctx, v.tab)
	}
	read := func(v *visit) {
		snap := v.l.Read(ctx, v.tab, true)
		v.c.Do(func() { v.l.Checkpoint(snap); v.l.ClosePage(observation.Page{}) })
	}
	layers := []struct {
		name  string
		watch bool
		do    []func(*visit)
	}{
		{"load and settle, no instruments", false, []func(*visit){open}},
		{"with instruments", true, []func(*visit){open}},
		{"and a checkpoint", true, []func(*visit){open, read}},
		{"and gestures", true, []func(*visit){open, use, read}},
		{"and the fast minute", true, []func(*visit){open, use, minute, read}},
	}
	rounds := make([][]cost, len(layers))
	for b.Loop() {
		for i, layer := range layers {
			v := &visit{l: collector.NewLog("none/1", observation.NewRedactor([]byte("bench")), observation.NewWriter(&bytes.Buffer{}))}
			hooks := chrome.Hooks{}
			if layer.watch {
				hooks = v.l.Hooks()
			}
			if v.c, err = browser.NewContext(ctx, hooks); err != nil {
				b.Fatal(err)
			}
			v.c.Do(func() { v.l.Start(v.c) })
			rounds[i] = append(rounds[i], measure(b, pages, func() {
				for range pages {
					for _, do := range layer.do {
						do(v)
					}
					v.c.Clock.Close(ctx, v.tab)
				}
			}))
			v.c.Close()
		}
	}
	fmt.Printf("\n%-42s %12s %12s %18s\n", "one page, a tab of its own", "ms", "CPU-s", "CPU ratio")
	for i, layer := range layers {
		var wall, cpu, ratio []float64
		for n, c := range rounds[i] {
			wall = append(wall, c.perUnit().Seconds()*1000)
			cpu = append(cpu, c.cpu/float64(c.units))
			ratio = append(ratio, c.cpu/rounds[0][n].cpu)
		}
		fmt.Printf("%-42s %12.0f %12.3f %18s\n", layer.name, median(wall), median(cpu), spread(ratio))
	}
}

// BenchmarkGrowth tells how cost grows with the items of a page and with the pages
// of a site, up to what -growth says: its slope per item and per page.
func BenchmarkGrowth(b *testing.B) {
	server, err := sites.Listen()
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	server.Handle("growth.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		n, _ := strconv.Atoi(r.URL.Query().Get("items"))
		fmt.Fprintf(w, "<!doctype html><title>%s</title><script>for (let i = 0; i < %d; i++) localStorage.setItem('item-' + i, i)</script>", r.URL.Path, n)
		links, _ := strconv.Atoi(r.URL.Query().Get("pages"))
		for i := 1; i < links; i++ {
			fmt.Fprintf(w, "<a href=/page-%d>%d</a> ", i, i)
		}
	}))
	s := &served{server: server, hosts: []string{"growth.test"}}
	most := 1000
	if v, err := strconv.Atoi(os.Getenv("GROWTH")); err == nil {
		most = v
	}
	for b.Loop() {
		for _, what := range []string{"items", "pages"} {
			var before cost
			fmt.Printf("\n%-12s %10s %10s %12s %12s %14s %14s\n", what, "wall s", "CPU-s", "PSS MB", "log KB", "ms for each", "KB for each")
			for n := 10; n <= most; n *= 10 {
				pages := 1
				if what == "pages" {
					pages = n
				}
				c := s.job(b, observation.Job{
					URLs:    []string{fmt.Sprintf("https://growth.test/?%s=%d", what, n)},
					Choices: []observation.Choice{observation.None}, MaxPages: pages, MaxDepth: 1,
				}, 4)
				each := float64(n - n/10)
				fmt.Printf("%-12d %10.2f %10.2f %12.0f %12.1f", n, c.wall.Seconds(), c.cpu, float64(c.pss)/1024, float64(c.log)/1024)
				if n > 10 {
					fmt.Printf(" %14.2f %14.2f", (c.wall-before.wall).Seconds()*1000/each, float64(c.pss-before.pss)/each)
				}
				fmt.Println()
				before = c
			}
		}
	}
}

// cost is what pages cost: units are pages, or pages under a choice.
type cost struct {
	wall  time.Duration
	cpu   float64 // seconds, browser and this process
	pss   int     // KB, the most that the whole process tree had at once
	log   int     // bytes
	units int
}

func (c cost) perUnit() time.Duration { return c.wall / time.Duration(c.units) }

// median of values, and its spread as (least to most).
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func spread(v []float64) string {
	return fmt.Sprintf("%.2f (%.2f-%.2f)", median(v), slices.Min(v), slices.Max(v))
}

// measure runs f and tells what it cost.
func measure(b *testing.B, units int, f func()) cost {
	b.Helper()
	stop, most := make(chan struct{}), make(chan int)
	go func() {
		peak := 0
		// To read it stops the processes for a moment: often enough to see the peak,
		// not so often as to slow what is measured.
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			peak = max(peak, treePSS())
			select {
			case <-tick.C:
			case <-stop:
				most <- peak
				return
			}
		}
	}()
	begun, cpu := time.Now(), cpuSeconds(b)
	f()
	c := cost{wall: time.Since(begun), cpu: cpuSeconds(b) - cpu, units: units}
	close(stop)
	c.pss = <-most
	return c
}

// served is a site with its server.
type served struct {
	server *sites.Server
	site   *sites.Site
	hosts  []string
	pages  []string
}

func serveExample(b *testing.B) *served {
	b.Helper()
	server, err := sites.Listen()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	site, err := sites.Open("example")
	if err != nil {
		b.Fatal(err)
	}
	server.Mount(site)
	return &served{server: server, site: site, hosts: site.Hosts()}
}

func (s *served) options(b *testing.B) chrome.Options {
	b.Helper()
	o := chrome.Options{Insecure: true}
	for _, host := range s.hosts {
		for _, rule := range s.server.ConnectTo(host) {
			c, err := chrome.ParseConnectTo(rule)
			if err != nil {
				b.Fatal(err)
			}
			o.ConnectTo = append(o.ConnectTo, c)
		}
	}
	return o
}

func (s *served) scan(b *testing.B, choices []observation.Choice, pages, parallel int) cost {
	b.Helper()
	c := s.job(b, observation.Job{URLs: []string{s.site.Start()}, Choices: choices, MaxPages: pages, MaxDepth: 2}, parallel)
	c.units = pages * len(choices)
	return c
}

// job scans, browser start and end included.
func (s *served) job(b *testing.B, job observation.Job, parallel int) cost {
	b.Helper()
	var buf bytes.Buffer
	options := scanner.Options{Browser: s.options(b), Tool: "bench", Key: []byte("bench"), Now: time.Now, Parallel: parallel}
	c := measure(b, 1, func() {
		if err := scanner.Scan(context.Background(), options, job, observation.NewWriter(&buf)); err != nil {
			b.Fatal(err)
		}
	})
	c.log = buf.Len()
	if len(s.pages) > 0 || s.site == nil {
		return c
	}
	o, err := observation.Load(&buf)
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range o.Visit(observation.None).Pages {
		if p.Purpose != observation.PurposeReturn {
			s.pages = append(s.pages, p.Final)
		}
	}
	return c
}

// bare loads the example's pages one after the other and looks at nothing: in one
// tab, or each in a tab of its own.
func (s *served) bare(b *testing.B, tabs bool) cost {
	b.Helper()
	if len(s.pages) < 5 {
		s.pages = nil
		s.scan(b, []observation.Choice{observation.None}, 5, 1)
	}
	var rules []string
	for _, host := range s.hosts {
		rules = append(rules, "MAP "+host+":443 "+s.server.HTTPS)
	}
	path, err := chrome.Find("")
	if err != nil {
		b.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("host-resolver-rules", strings.Join(rules, ", ")), chromedp.Flag("ignore-certificate-errors", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return measure(b, len(s.pages), func() {
		actx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		defer cancel()
		ctx, closeTab := chromedp.NewContext(actx)
		defer closeTab()
		for _, u := range s.pages {
			at, done := ctx, func() {}
			if tabs {
				at, done = chromedp.NewContext(ctx)
			}
			if err := chromedp.Do(at, chromedp.Navigate(u)); err != nil {
				b.Fatal(err)
			}
			done()
		}
	})
}

// treePSS is the memory of this process and all its descendants in KB, shared pages
// counted in shares; 0 where the system does not tell.
func treePSS() int {
	total := 0
	for _, pid := range tree() {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				n, _ := strconv.Atoi(strings.Fields(rest)[0])
				total += n
			}
		}
	}
	return total
}

// tree lists this process and its descendants.
func tree() []int {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	parent := map[int]int{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		head, rest, ok := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 2 {
			continue
		}
		pid, _ := strconv.Atoi(strings.Fields(head)[0])
		parent[pid], _ = strconv.Atoi(fields[1])
	}
	var out []int
	for pid := range parent {
		for p := pid; p > 1; p = parent[p] {
			if p == os.Getpid() {
				out = append(out, pid)
				break
			}
		}
	}
	return out
}

// cpuSeconds is the CPU time of this process and all its descendants, as Linux
// counts it.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		b.Skip("CPU time is read from /proc, which only Linux has")
	}
	parent, ticks := map[int]int{}, map[int]float64{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			continue // it ended meanwhile
		}
		_, rest, ok := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 15 {
			continue
		}
		pid, _ := strconv.Atoi(strings.Fields(string(data))[0])
		parent[pid], _ = strconv.Atoi(fields[1])
		for _, n := range fields[11:15] { // utime, stime, and those of children that ended
			v, _ := strconv.ParseFloat(n, 64)
			ticks[pid] += v
		}
	}
	total := 0.0
	for pid := range ticks {
		for p := pid; p > 1; p = parent[p] {
			if p == os.Getpid() {
				total += ticks[pid]
				break
			}
		}
	}
	const perSecond = 100 // USER_HZ of every Linux port that Go knows
	return total / perSecond
}
