// Package audit judges an Observation. A Rule is a value with a pure function;
// Run gives each rule what it needs, decides where a rule could not look, sets
// severities, applies exceptions and profiles, computes fingerprints, and
// returns an Audit. All of that happens here and nowhere else.
//
// An Audit is a function of the observation, the policy, the rules and the
// Options: it holds no time but the day of judgement, no path and no name of
// the machine.
package audit
