package collector

import (
	_ "embed"

	"cookieaudit/scanner/observation"
)

//go:embed request.js
var requestJS string

// Requests are followed by traffic, which the cookie collector needs as well;
// this collector stands for their kind, and is told who starts workers and sends beacons.
var _ = register(func(l *Log) Collector {
	return Collector{Kind: observation.RequestKind, Script: requestJS, Call: func(c scriptCall) {
		switch c.Op {
		case "worker":
			l.traffic.started(c.Name, c)
		case "beacon":
			l.traffic.beacon(c)
		}
	}}
})
