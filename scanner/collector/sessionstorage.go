package collector

import (
	"slices"

	"cookieaudit/scanner/observation"
)

var _ = register(func(l *Log) Collector { return newWebStorage(l, observation.SessionStorage) })

func sortKeys(keys []observation.Key) { slices.SortFunc(keys, observation.Key.Compare) }
