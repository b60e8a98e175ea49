package sim

import "math/rand/v2"

// Whatever is random has a chance of its own, so that one thing does not change
// another: the mains, the relays together, and each outlet by its number.
const (
	ofMains  = 0
	ofRelays = 1 << 32
)

// chance makes the chance of one thing.
func chance(seed, of uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, of)) }

// randomOf makes the chance of one thing with the seed of the bench.
func (b *Bench) randomOf(of uint64) *rand.Rand {
	b.mu.Lock()
	defer b.mu.Unlock()
	return chance(b.seed, of)
}

func (b *Bench) seedNow() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seed
}

// setSeed begins all chance but that of the loads anew.
func (b *Bench) setSeed(seed uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seed, b.chance = seed, chance(seed, ofRelays)
	quality := b.wave.grid.quality
	b.wave.grid = newGrid(seed)
	b.wave.grid.set(quality)
}
