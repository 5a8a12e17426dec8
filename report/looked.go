package report

import (
	"fmt"

	"cookieaudit/policies/audit"
	"cookieaudit/scanner/observation"
)

// pagesOf lists the distinct URLs that were opened, in order.
func pagesOf(a *audit.Audit) []string {
	var urls []string
	seen := map[string]bool{}
	for _, v := range a.Visits {
		for _, p := range v.Pages {
			if !seen[p.URL] {
				seen[p.URL] = true
				urls = append(urls, p.URL)
			}
		}
	}
	return urls
}

// looked counts the distinct URLs that were seen under any choice.
func looked(a *audit.Audit) int {
	seen := map[string]bool{}
	for _, v := range a.Visits {
		for _, p := range v.Pages {
			if p.State == observation.PageOK {
				seen[p.URL] = true
			}
		}
	}
	return len(seen)
}

// unseen says why nothing can be told of what an audit is about: none of its pages was
// seen. "" where one was.
func unseen(a *audit.Audit) string {
	if looked(a) > 0 {
		return ""
	}
	opened := 0
	for _, v := range a.Visits {
		for _, p := range v.Pages {
			if opened++; p.State != observation.PageFailed {
				return "no page could be looked at"
			}
		}
	}
	if opened == 0 {
		return "no page was opened"
	}
	return "the site did not load"
}

func thirdPartyCookies(b observation.Browser) string {
	if b.ThirdPartyCookies {
		return "third-party cookies allowed"
	}
	return "third-party cookies blocked"
}

// judgedAsOf says the day of judgement where it is not that of the scan: by then
// exceptions may have ended, or a document have grown old.
func judgedAsOf(a *audit.Audit) string {
	if date(a.AsOf) == date(a.Evidence.Started) {
		return ""
	}
	return "judged as of " + date(a.AsOf)
}

// when says when the scan looked.
func when(e audit.EvidenceRef) string {
	switch {
	case e.Ended.IsZero():
		return minute(e.Started) + ", did not come to its end"
	case e.Interrupted:
		return fmt.Sprintf("%s to %s, interrupted", minute(e.Started), e.Ended.UTC().Format("15:04 UTC"))
	}
	return fmt.Sprintf("%s to %s", minute(e.Started), e.Ended.UTC().Format("15:04 UTC"))
}

// profile says which law was applied and who chose it.
func profile(a *audit.Audit) string {
	if a.ProfileDefault {
		return fmt.Sprintf("profile %s, the default: nobody named one", a.Profile)
	}
	return fmt.Sprintf("profile %s", a.Profile)
}

// policyWords says which declared policy was compared with.
func policyWords(p *audit.PolicyRef) string {
	if p == nil {
		return "none given: items were judged by the catalogue alone"
	}
	s := p.File
	if p.Title != "" {
		s = fmt.Sprintf("%s (%s)", p.Title, p.File)
	}
	s += ", " + entryWords(p.Entries)
	if !p.Updated.IsZero() {
		s += ", updated " + date(p.Updated)
	}
	if !p.Complete {
		s += ", says itself that it may be incomplete"
	}
	return s
}

func entryWords(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
