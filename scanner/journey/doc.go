// Package journey operates a page as a visitor does: it finds an element, sees
// whether a visitor could press it, and presses it with real input events. The
// step language (observation.Step) of a policy's controls and journeys runs on
// it, and so does the consent finder.
package journey
