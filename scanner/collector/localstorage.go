package collector

import (
	_ "embed"

	"cookieaudit/scanner/observation"
)

//go:embed localstorage.js
var localStorageJS string

var _ = register(func(l *Log) Collector {
	c := newWebStorage(l, observation.LocalStorage)
	c.Script = "{\n" + localStorageJS + "}\n" + c.Script
	return c
})
