package sim

import (
	"crypto/rand"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// nominalV is the voltage at which loads have their rated power.
const nominalV = 230

// minSupplyV is the voltage below which the unit's own supply stops.
const minSupplyV = 50

// Mains is the supply of the bench.
type Mains struct {
	VoltageV    float64 // RMS, 0 to 300
	FrequencyHz float64 // 40 to 70
	On          bool
}

// powered says whether the unit lives.
func (m Mains) powered() bool { return m.On && m.VoltageV >= minSupplyV }

// check adds what is wrong with m to f.
func (m Mains) check(f *config.Faults) {
	inRange(f, "voltage", m.VoltageV, 0, 300, "V")
	inRange(f, "frequency", m.FrequencyHz, leastHz, mostHz, "Hz")
}

// SetMains changes the supply. Taking the power away and giving it back is a real
// loss of power: relays stay where they are and a new power cycle begins.
func (b *Bench) SetMains(m Mains) error {
	_, err := b.editMains(func(Mains) Mains { return m })
	return err
}

// editMains changes the supply as edit says, all or nothing.
func (b *Bench) editMains(edit func(Mains) Mains) (Mains, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := edit(b.hw.mains)
	var f config.Faults
	next.check(&f)
	if err := refusal("mains", &f); err != nil {
		return b.hw.mains, err
	}
	if next == b.hw.mains {
		return next, nil
	}
	b.advance(time.Now())
	before := b.powered()
	b.hw.mains = next
	b.watchSupply()
	b.powerFollows(before, time.Now())
	b.save()
	b.nudge()
	return next, nil
}

// powerChanged begins a new power cycle on return and reports either way. The
// caller holds mu.
func (b *Bench) powerChanged(at time.Time) {
	on := b.powered()
	if on {
		b.hw.powerCycle = rand.Text()
	}
	b.emit(pdu.BoardPower{Powered: on, PowerCycle: b.hw.powerCycle, Contacts: b.contacts(), At: at})
}
