package scanner_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/chrome"
	"cookieaudit/scanner/observation"
	"cookieaudit/testdata/sites"

	"github.com/chromedp/chromedp"
)

// BenchmarkScan scans the example site under four choices, and loads the same
// pages with bare chromedp in the same run. The ratios say what evidence costs;
// nothing is asserted.
func BenchmarkScan(b *testing.B) {
	server, err := sites.Listen()
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	site, err := sites.Open("example")
	if err != nil {
		b.Fatal(err)
	}
	server.Mount(site)
	var bare, scan cost
	for b.Loop() {
		s, urls := scanOnce(b, server, site)
		scan.add(s)
		bare.add(loadBare(b, server, site, urls))
	}
	scanWall, scanCPU := scan.perUnit()
	bareWall, bareCPU := bare.perUnit()
	b.ReportMetric(scanWall.Seconds()*1000, "scan-ms/page-choice")
	b.ReportMetric(scanCPU, "scan-cpu-s/page-choice")
	b.ReportMetric(bareWall.Seconds()*1000, "bare-ms/page")
	b.ReportMetric(bareCPU, "bare-cpu-s/page")
	b.ReportMetric(float64(scanWall)/float64(bareWall), "wall-ratio")
	b.ReportMetric(scanCPU/bareCPU, "cpu-ratio")
	b.ReportMetric(scan.wall.Seconds()/float64(scan.runs), "s/scan")
}

// cost is what pages cost: units are pages, or pages under a choice.
type cost struct {
	wall  time.Duration
	cpu   float64 // seconds, browser and this process
	units int
	runs  int
}

func (c *cost) add(o cost) {
	c.wall += o.wall
	c.cpu += o.cpu
	c.units += o.units
	c.runs++
}

func (c *cost) perUnit() (time.Duration, float64) {
	return c.wall / time.Duration(c.units), c.cpu / float64(c.units)
}

func scanOnce(b *testing.B, server *sites.Server, site *sites.Site) (cost, []string) {
	b.Helper()
	var o chrome.Options
	o.Insecure = true
	for _, host := range site.Hosts() {
		for _, rule := range server.ConnectTo(host) {
			c, err := chrome.ParseConnectTo(rule)
			if err != nil {
				b.Fatal(err)
			}
			o.ConnectTo = append(o.ConnectTo, c)
		}
	}
	choices := []observation.Choice{observation.None, observation.Accept, observation.Reject, observation.Withdraw}
	var buf bytes.Buffer
	w := observation.NewWriter(&buf)
	begun, cpu := time.Now(), cpuSeconds(b)
	var total cost
	log := logFunc(func(r ...observation.Record) error {
		// The last record comes before the browser is closed, while its CPU
		// time can still be read.
		if len(r) > 0 && r[0].End != nil {
			total.wall, total.cpu = time.Since(begun), cpuSeconds(b)-cpu
		}
		return w.Append(r...)
	})
	err := scanner.Scan(context.Background(), scanner.Options{Browser: o, Tool: "bench", Key: []byte("bench"), Now: time.Now}, observation.Job{
		URLs: []string{site.Start()}, Choices: choices, MaxPages: 10, MaxDepth: 2,
	}, log)
	if err != nil {
		b.Fatal(err)
	}
	obs, err := observation.Load(&buf)
	if err != nil {
		b.Fatal(err)
	}
	var urls []string
	for _, p := range obs.Visit(observation.None).Pages {
		urls = append(urls, p.Final)
	}
	total.units = len(urls) * len(choices)
	return total, urls
}

// loadBare loads the pages one after the other in one tab, and looks at nothing.
func loadBare(b *testing.B, server *sites.Server, site *sites.Site, urls []string) cost {
	b.Helper()
	var rules []string
	for _, host := range site.Hosts() {
		rules = append(rules, "MAP "+host+":443 "+server.HTTPS)
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
	begun, cpu := time.Now(), cpuSeconds(b)
	actx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancelTab := chromedp.NewContext(actx)
	defer cancelTab()
	for _, u := range urls {
		if err := chromedp.Do(ctx, chromedp.Navigate(u)); err != nil {
			b.Fatal(err)
		}
	}
	return cost{wall: time.Since(begun), cpu: cpuSeconds(b) - cpu, units: len(urls)}
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
