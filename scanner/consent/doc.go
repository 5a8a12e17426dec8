// Package consent finds a site's consent dialog and operates it as a visitor
// would: accept, reject, allow one category, close, read the settings, and take a
// consent back.
//
// Steps of the policy's controls come first; else the generic finder looks at
// every frame's accessibility tree, which shows what screen readers see and
// pierces closed shadow roots, groups the controls by the box they stand in, and
// scores each box by its words, geometry and controls. It knows no consent
// manager: the catalogue names them, reads their records, and knows their way back.
//
// To read it, begin with operator.go, which makes the choices; the finder and what it
// reads (control, dialog, category, weigh) tell it what there is, and lexicon, reading and
// words what labels mean. What a layer holds is set in switch, fold, list and leave;
// effect tells what came of a press.
//
// A refusal is never guessed from an acceptance: without a control whose words
// refuse, directly or behind the settings, the outcome is no-control. Nothing
// here claims that a choice took effect; the facts that prove it are gathered by
// the scanner and weighed by the judge.
package consent
