package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// plug is what is plugged into one outlet.
type plug struct {
	spec   Load
	source source
}

// newPlug makes a load with a chance of its own. Faults are told relative to path.
func (b *Bench) newPlug(path string, l Load, random *rand.Rand) (plug, error) {
	var f config.Faults
	l.check(&f)
	if err := refusal(path, &f); err != nil {
		return plug{}, err
	}
	s, err := l.source(b.library, random)
	return plug{l, s}, err
}

// SetLoad plugs a load into an outlet. Errors: NotFound for an outlet that does not
// exist, Invalid for a load that is out of range or a recording that is missing.
func (b *Bench) SetLoad(id pdu.OutputID, l Load) error {
	if err := b.checkOutlet(id); err != nil {
		return err
	}
	p, err := b.newPlug("load", l, b.randomOf(uint64(id)))
	if err != nil {
		return err
	}
	b.plugIn(id, p)
	return nil
}

// plugIn puts a load into an outlet that exists, and keeps that.
func (b *Bench) plugIn(id pdu.OutputID, p plug) {
	b.mu.Lock()
	b.advance(time.Now()) // until now it was the other one
	if s, ok := p.source.(heir); ok && b.plugged[id-1].spec.kind() == p.spec.kind() {
		s.inherit(b.plugged[id-1].source)
	}
	b.plugged[id-1] = p
	if !b.running {
		b.settle(id)
	}
	b.mu.Unlock()
	b.keepLoads()
}

// settle makes a load that is fed run as if it had long been: the process begins, not
// the load.
func (b *Bench) settle(id pdu.OutputID) {
	s, ok := b.plugged[id-1].source.(settler)
	if !ok || !b.powered() || b.hw.relays[id-1].contact != pdu.On {
		return
	}
	s.settle(b.hw.mains.VoltageV)
	if server, ok := s.(*serverSource); ok && b.hw.frozen[id-1] {
		server.enter(ServerFrozen)
		server.pass(0)
	}
}

// SetRelayFault gives a relay a fault or mends it. Its contact stays where it is.
func (b *Bench) SetRelayFault(id pdu.OutputID, fault RelayFault) error {
	if err := b.checkOutlet(id); err != nil {
		return err
	}
	if !slices.Contains(faultCodes[:], fault) {
		return pdu.Errorf(pdu.Invalid, "relay.fault", "relay fault %q is none of %s", fault, relayFaults)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hw.relays[id-1].fault = fault
	b.save()
	return nil
}

func (b *Bench) checkOutlet(id pdu.OutputID) error {
	if !b.profile.HasOutput(id) {
		return pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "outlet %d: the %s has outlets 1 to %d", id, b.profile.Name, b.profile.Outputs).With("output", int(id))
	}
	return nil
}

// Operations is how often the relay of an outlet has moved since it was made, 0
// for an outlet that does not exist.
func (b *Bench) Operations(id pdu.OutputID) uint64 {
	if !b.profile.HasOutput(id) {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hw.relays[id-1].operations
}

// plugStored plugs in what was plugged in before, or the given loads.
func (b *Bench) plugStored(fallback []Load) error {
	raw, err := b.loads.read()
	if err != nil {
		return err
	}
	stored, err := decodeLoads(raw)
	if raw != nil && err != nil {
		b.log.Error("stored loads of the bench are corrupt: using the default ones", "file", loadsFile, "error", err)
	}
	if raw == nil || err != nil {
		for k, l := range fallback[:min(len(fallback), len(b.plugged))] {
			if b.plugged[k], err = b.newPlug("loads["+strconv.Itoa(k)+"]", l, b.randomOf(uint64(k+1))); err != nil {
				return fmt.Errorf("plug in load %d: %w", k+1, err)
			}
		}
		return nil
	}
	for k, l := range stored[:min(len(stored), len(b.plugged))] {
		p, err := b.newPlug("loads["+strconv.Itoa(k)+"]", l, b.randomOf(uint64(k+1)))
		if err != nil {
			b.log.Error("stored load cannot be plugged in: outlet left empty", "output", k+1, "error", err)
			continue
		}
		b.plugged[k] = p
	}
	return nil
}

// keepLoads stores what is plugged in.
func (b *Bench) keepLoads() {
	b.loads.lock <- struct{}{}
	defer func() { <-b.loads.lock }()
	b.mu.Lock()
	specs := make([]loadJSON, len(b.plugged))
	for k, p := range b.plugged {
		specs[k] = loadJSON{p.spec}
	}
	b.mu.Unlock()
	raw, err := json.MarshalIndent(specs, "", "  ")
	if err == nil {
		err = b.loads.write(raw)
	}
	if err != nil {
		b.log.Error("loads of the bench not saved", "error", err)
	}
}

// loadsFile keeps the loads in the state folder: a list, outlet 1 first.
const loadsFile = "bench-loads.json"

// loadStore keeps the loads. Without a folder it keeps nothing.
type loadStore struct {
	dir  *os.Root
	lock chan struct{} // held while writing, so that the newest is written last
}

func newLoadStore(dir *os.Root) *loadStore { return &loadStore{dir, make(chan struct{}, 1)} }

// read gives nil when nothing is stored.
func (s *loadStore) read() ([]byte, error) {
	if s.dir == nil {
		return nil, nil
	}
	raw, err := s.dir.ReadFile(loadsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the loads of the bench in the state folder: %w", err)
	}
	return raw, nil
}

func (s *loadStore) write(raw []byte) error {
	if s.dir == nil {
		return nil
	}
	return replaceFile(s.dir, loadsFile, raw)
}
