// Package metrics shows the unit to Prometheus and its kin at /metrics, as
// OpenMetrics 1.0 text or as the older Prometheus text, whichever the client asks
// for (reference: fleet-and-discovery.md 7).
//
// It only reads. Names follow the rules of Prometheus: one quantity and one base
// unit each, energy in joules, names of outlets in an info metric alone, so that
// renaming an outlet does not begin a new series. Values of outlets and of the
// inlet are never mixed in one metric. Service starts no goroutine of its own.
package metrics
