// Package observation holds what a scan saw, as plain facts without judgement.
//
// An observation is an append-only log: one JSON record a line, written while
// the scan runs and never edited. Load reads a log back and folds it into
// Visits and Sightings, the two views that rules and reports iterate. Nothing
// here says what a fact means: whether an item is allowed, needed, declared or
// a tracker is decided by policies/audit alone.
//
// # Compatibility
//
// Header.Schema counts breaking changes. Fields are added, never renamed or
// given another meaning within one schema, and Load reads every schema that was
// ever released: evidence must be judged again years later.
//
// # Personal data
//
// Raw values never enter a record. A Redactor turns them into a keyed digest,
// whose key lives for one scan, and a Shape. See Value.
package observation
