// Package e2e holds the tests of whole programs: they build pdud and pductl, run
// them as a user does, and pull the plug. The browser tests are in e2e/browser.
package e2e
