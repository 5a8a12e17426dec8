package collector_test

import (
	"testing"

	"cookieaudit/scanner/scantest"
)

func TestMain(m *testing.M) {
	scantest.Whole()
	scantest.Main(m)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
