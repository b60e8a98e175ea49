package journal

import (
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Channel is a place where energy is counted: 0 is the inlet, n is output n.
type Channel int

// Inlet is the channel of the whole device.
const Inlet Channel = 0

// State is what is known after a replay. Its maps are empty when nothing is.
type State struct {
	PowerCycle string    // of the board when last written, "" when never
	BootedAt   time.Time // start of the device in that power cycle
	Outputs    map[pdu.OutputID]OutputState
	Energy     map[Channel]pdu.Energy
	Inputs     map[pdu.InputID]uint32 // S0 counters
}

// OutputState is what the journal keeps of one output.
type OutputState struct {
	Output     pdu.OutputID
	Commanded  pdu.Level
	Fault      pdu.RelayFault
	PowerUpAt  time.Time  // its turn in the power-up sequence, zero when it does not wait
	Pulse      *pdu.Pulse // the pulse that runs, nil when none does
	LastChange time.Time  // when Commanded last changed, and by whom
	LastOrigin pdu.Origin
}

// Record is one of Outputs, Counters and Boot.
type Record interface {
	// merge brings the record into the image and says which part it belongs to.
	merge(im *image) part
	check() error
}

// Outputs are new states of some outputs; after a crash either all or none of them
// are found. Outputs that are not named keep their state.
type Outputs []OutputState

// Counters are new values of the counters. Channels and inputs beyond the slices
// keep theirs.
type Counters struct {
	Energy []pdu.Energy // index is the Channel
	Inputs []uint32     // index is the number of the input - 1
}

// Boot is a new power cycle of the board.
type Boot struct {
	PowerCycle string // at most 255 bytes
	BootedAt   time.Time
}

// Limits of what a record holds; far above any device, they bound what a damaged
// file can make us allocate.
const (
	maxOutputs = 256
	maxString  = 255
)

func (r Outputs) check() error {
	for _, o := range r {
		if o.Output < 1 || o.Output > maxOutputs {
			return pdu.Errorf(pdu.Invalid, pdu.CodeOutputUnknown, "journal output %d: numbers go from 1 to %d", o.Output, maxOutputs)
		}
		if o.Commanded > pdu.On {
			return pdu.Errorf(pdu.Invalid, CodeRecord, "journal output %d: level %d does not exist", o.Output, o.Commanded)
		}
		if o.Fault > pdu.RelayDriveFailed {
			return pdu.Errorf(pdu.Invalid, CodeRecord, "journal output %d: fault %d does not exist", o.Output, o.Fault)
		}
		if o.Pulse != nil && (!o.Pulse.Action.Pulse() || o.Pulse.Delay < 0) {
			return pdu.Errorf(pdu.Invalid, CodeRecord, "journal output %d: %v for %v is no pulse", o.Output, o.Pulse.Action, o.Pulse.Delay)
		}
	}
	return nil
}

func (r Counters) check() error {
	if len(r.Energy) > maxOutputs+1 || len(r.Inputs) > maxOutputs {
		return pdu.Errorf(pdu.Invalid, CodeRecord, "journal counters: %d channels and %d inputs are too many", len(r.Energy), len(r.Inputs))
	}
	return nil
}

func (r Boot) check() error {
	if len(r.PowerCycle) > maxString {
		return pdu.Errorf(pdu.Invalid, CodeRecord, "journal power cycle: %d bytes are more than %d", len(r.PowerCycle), maxString)
	}
	return nil
}

// part names the kinds of records, and as bits sets of them.
type part uint8

const (
	partBoot     part = 1 << iota // kind 1 on disk
	partOutputs                   // kind 2
	partCounters                  // kind 3
	allParts     = partBoot | partOutputs | partCounters
)

// image is the state as the journal holds it. What merge puts into it is copied.
type image struct {
	boot     Boot
	outputs  Outputs // by number
	counters Counters
}

func (r Boot) merge(im *image) part {
	im.boot = r
	return partBoot
}

func (r Outputs) merge(im *image) part {
	for _, o := range r {
		if o.Pulse != nil {
			o.Pulse = new(*o.Pulse)
		}
		i, found := slices.BinarySearchFunc(im.outputs, o.Output, func(x OutputState, id pdu.OutputID) int { return int(x.Output - id) })
		if found {
			im.outputs[i] = o
		} else {
			im.outputs = slices.Insert(im.outputs, i, o)
		}
	}
	return partOutputs
}

func (r Counters) merge(im *image) part {
	im.counters.Energy = overwrite(im.counters.Energy, r.Energy)
	im.counters.Inputs = overwrite(im.counters.Inputs, r.Inputs)
	return partCounters
}

// overwrite puts the elements of new over the first of old.
func overwrite[T any](old, new []T) []T {
	n := copy(old, new)
	return append(old, new[n:]...)
}

// state gives a copy of the image for the user.
func (im *image) state() State {
	s := State{
		PowerCycle: im.boot.PowerCycle,
		BootedAt:   im.boot.BootedAt,
		Outputs:    make(map[pdu.OutputID]OutputState, len(im.outputs)),
		Energy:     make(map[Channel]pdu.Energy, len(im.counters.Energy)),
		Inputs:     make(map[pdu.InputID]uint32, len(im.counters.Inputs)),
	}
	for _, o := range im.outputs {
		if o.Pulse != nil {
			o.Pulse = new(*o.Pulse)
		}
		s.Outputs[o.Output] = o
	}
	for c, e := range im.counters.Energy {
		s.Energy[Channel(c)] = e
	}
	for i, n := range im.counters.Inputs {
		s.Inputs[pdu.InputID(i+1)] = n
	}
	return s
}
