package collector

import "cookieaudit/scanner/observation"

// Requests are followed by traffic, which the cookie collector needs as well;
// this collector stands for their kind.
var _ = register(func(l *Log) Collector { return Collector{Kind: observation.RequestKind} })
