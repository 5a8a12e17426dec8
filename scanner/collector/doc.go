// Package collector gathers evidence in one leg of a scan: one file per kind.
//
// A Collector sees every CDP event of a leg's isolated context in order, and
// writes what it learns to the leg's Log. Its script runs in every frame before
// the page's own; all scripts are joined into one wrapper with one binding.
// Snapshot reads the whole content of the collector's storage areas at rest.
// What the two views disagree on is recorded, not smoothed.
//
// Everything here runs in the goroutine of the leg's chrome.Context, save
// Snapshot, which waits for the browser and runs in the leg's own.
package collector
