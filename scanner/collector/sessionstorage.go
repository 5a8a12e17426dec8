package collector

import (
	_ "embed"
	"slices"

	"cookieaudit/scanner/observation"
)

//go:embed sessionstorage.js
var sessionStorageJS string

var _ = register(func(l *Log) Collector {
	c := newWebStorage(l, observation.SessionStorage)
	c.Script += "{\n" + sessionStorageJS + "}\n"
	return c
})

func sortKeys(keys []observation.Key) { slices.SortFunc(keys, observation.Key.Compare) }
