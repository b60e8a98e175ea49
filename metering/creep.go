package metering

// holdSeconds is how long an outlet without any power is watched before its held
// energy is taken for noise. Longer holds tell smaller loads from noise, and count
// them later.
const holdSeconds = 20

// DefaultStartW is a start power for mains: an eighth of the 0.4 W at which metering
// chips start (reference: metering-and-hardware.md 1, no-load threshold).
const DefaultStartW = 0.05

// creepGuard keeps the noise of a converter out of the counters of an empty outlet
// and yet loses nothing of a small load.
//
// The rule: energy below the start power is not thrown away but held. Each window
// adds to the evidence for a load what it has above the start power, and subtracts
// what it lacks; forward and reverse flow have evidence of their own. Evidence moves
// within ± start power × holdSeconds.
//   - At the upper end there is a load: all held energy is counted, in the direction
//     of its net. A load that has brought the evidence there is counted at once from
//     then on.
//   - At the lower end in both directions there is none: held energy is dropped.
//
// So a load of P whose every window is above the start power P0 is counted whole, at
// most 40 s · P0/(P-P0) after it came: within the first window from 200 times the
// start power on. With noise that reaches down to P0 it may lose the windows below P0
// in which a decision for an empty outlet ended, 0.2 s each. A load that stays below
// the start power on average is not counted; it cannot be told from cross-talk.
//
// It is Wald's sequential test: noise, whose mean power is 0, passes for a load once
// in exp(200·(P0/σ)²) decisions, σ being the deviation of the power in windows of
// 0.2 s, and never in the life of a unit from P0 = σ/2 on.
type creepGuard struct {
	startW           float64
	heldMicroWs      float64
	forward, reverse float64 // evidence in µWs
}

// take gives the energy in µWs to be counted now, after a window of the given
// length.
func (g *creepGuard) take(microWs, seconds float64) float64 {
	if g.startW == 0 {
		return microWs
	}
	start, limit := g.startW*1e6*seconds, g.startW*1e6*holdSeconds
	g.heldMicroWs += microWs
	g.forward = max(-limit, min(limit, g.forward+microWs-start))
	g.reverse = max(-limit, min(limit, g.reverse-microWs-start))
	switch {
	case g.forward >= limit || g.reverse >= limit:
		counted := g.heldMicroWs
		g.heldMicroWs = 0
		return counted
	case g.forward <= -limit && g.reverse <= -limit:
		*g = creepGuard{startW: g.startW}
	}
	return 0
}
