// Package scanner looks at a site under several choices and writes what it saw.
//
// A scan is a set of visits, one per choice. A visit is made in legs, each a
// fresh, isolated browser context in which the choice is made again. The first
// visit follows links and then freezes the list of pages; the others see the
// same pages, side by side. What fails is recorded in the observation and the
// rest goes on.
package scanner
