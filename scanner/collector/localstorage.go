package collector

import "cookieaudit/scanner/observation"

var _ = register(func(l *Log) Collector { return newWebStorage(l, observation.LocalStorage) })
