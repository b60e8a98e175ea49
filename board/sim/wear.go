package sim

import "math"

// What a contact is rated for: operations that move 16 A of a resistive load at any
// angle, and operations without current (reference: metering-and-hardware.md 4.1).
const (
	ratedOperations      = 50_000
	ratedEmptyOperations = 5_000_000
)

// ratedCharge is what flows through the arc of one rated opening: a sine of 16 A until
// its next zero, averaged over all angles, in ampere seconds.
const ratedCharge = 16 * math.Sqrt2 / (2 * math.Pi * nominalHz)

// arc watches the current of a contact for its wear.
type arc struct {
	lastA, beforeA float64 // the newest two samples
	square         float64 // mean square over some cycles
	bounced        float64 // charge that flowed while the contact bounced, not yet counted
}

// strengthTime is the time over which the current's strength is taken, in seconds.
const strengthTime = 0.1

// see takes a block of current into account.
func (a *arc) see(current []float64, bouncing bool) {
	n := len(current)
	if n == 0 {
		return
	}
	var sum, charge float64
	for _, i := range current {
		sum += i * i
		charge += math.Abs(i)
	}
	keep := math.Exp(-float64(n) * sampleTime / strengthTime)
	if a.square == 0 {
		keep = 0
	}
	a.square = sum/float64(n)*(1-keep) + a.square*keep
	if a.beforeA = a.lastA; n > 1 {
		a.beforeA = current[n-2]
	}
	a.lastA = current[n-1]
	if bouncing {
		a.bounced += charge * sampleTime
	}
}

// opening is the charge that the arc carries when the contact opens now: of a sine of
// the current's strength until its next zero. Just before a zero it is nothing, just
// behind one it is most.
func (a *arc) opening(hz float64) float64 {
	peak := max(math.Sqrt(2*a.square), math.Abs(a.lastA))
	if peak == 0 {
		return 0
	}
	// The contact opens one to two samples after the last one that was made.
	rise := a.lastA - a.beforeA
	now := max(-peak, min(peak, a.lastA+1.5*rise))
	along := math.Sqrt(1 - now*now/(peak*peak)) // cosine of the angle since the zero
	if now*rise < 0 {
		along = -along
	}
	return peak / (2 * math.Pi * hz) * (1 + along)
}

// wearOf is what a charge costs of a contact's life.
func wearOf(charge float64) float64 { return charge / ratedCharge / ratedOperations }
