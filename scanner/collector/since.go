package collector

import (
	"time"

	"cookieaudit/scanner/observation"
)

// MarkSince begins a phase with a click at at, which may be past: what was told on this
// page since then happened in it.
func (l *Log) MarkSince(at time.Time, p observation.Phase) {
	l.Mark(at, p, observation.CauseClick)
	since := l.clock.At(at)
	l.traffic.markSince(since, p)
	for _, r := range l.records {
		switch {
		case r.Write != nil && r.Write.At >= since:
			r.Write.Phase = p
		case r.Checkpoint != nil && r.Checkpoint.At >= since:
			r.Checkpoint.Phase = p
		case r.Request != nil && r.Request.At >= since:
			r.Request.Phase = p
		case r.Access != nil && r.Access.At >= since:
			r.Access.Phase = p
		case r.Link != nil && r.Link.At >= since:
			r.Link.Phase = p
		case r.Signal != nil && r.Signal.At >= since:
			r.Signal.Phase = p
		}
	}
}

// markSince puts the requests sent since a time of the visit's clock into a phase.
func (t *traffic) markSince(since int64, p observation.Phase) {
	for _, r := range t.order {
		if r.moment.at >= since {
			r.moment.phase = p
		}
	}
}
