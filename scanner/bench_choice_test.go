package scanner_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"cookieaudit/scanner"
	"cookieaudit/scanner/observation"
)

// BenchmarkChoice tells how long a choice takes from the settled page to the end of
// its proof, the reload and the look for the dialog after it included. One visit
// at a time.
func BenchmarkChoice(b *testing.B) {
	s := serveExample(b)
	choices := []observation.Choice{observation.Accept, observation.Reject, observation.OnlyCategory("analytics")}
	took := map[observation.Choice][]float64{}
	var all []float64
	for b.Loop() {
		for _, choice := range choices {
			var buf bytes.Buffer
			options := scanner.Options{Browser: s.options(b), Tool: "bench", Key: []byte("bench"), Now: time.Now, Parallel: 1}
			job := observation.Job{URLs: []string{s.site.Start()}, Choices: []observation.Choice{choice}, MaxPages: 1, NoReturn: true}
			if err := scanner.Scan(context.Background(), options, job, observation.NewWriter(&buf)); err != nil {
				b.Fatal(err)
			}
			o, err := observation.Load(&buf)
			if err != nil {
				b.Fatal(err)
			}
			v := o.Visit(choice)
			for _, c := range v.Consents {
				if c.Proved > 0 {
					ms := float64(c.Proved - v.Pages[0].Opened - v.Pages[0].Settled)
					took[choice], all = append(took[choice], ms), append(all, ms)
				}
			}
		}
	}
	fmt.Printf("\n%-42s %12s %22s\n", "from the settled page to the proven choice", "median ms", "of all rounds")
	for _, choice := range choices {
		if len(took[choice]) > 0 {
			fmt.Printf("%-42s %12.0f %22s\n", choice, median(took[choice]), spread(took[choice]))
		}
	}
	if len(all) > 0 {
		fmt.Printf("%-42s %12.0f %22s\n", "all", median(all), spread(all))
	}
}
