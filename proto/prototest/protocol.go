package prototest

import (
	"context"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// Ability is something that a step of the script needs and not every protocol has.
type Ability string

// The abilities.
const (
	Toggle       Ability = "toggle"                                   // action 4
	NoChange     Ability = "no change"                                // action 5
	SetState     Ability = "action 6 with a state"                    // action 6
	Pulses       Ability = "short off and short on"                   // actions 2 and 3
	Delay        Ability = "a pulse with a time of its own"           // in the same command
	Several      Ability = "several outputs in one request"           //
	AnyOrder     Ability = "several outputs in an order of its own"   // not the ascending one
	Repeat       Ability = "the same output twice in one request"     //
	ReadStates   Ability = "reading states"                           //
	ReadEnergy   Ability = "reading energy"                           // whole watt hours
	ReadOnly     Ability = "credentials that may read but not switch" //
	TellsRefusal Ability = "an answer that tells a refused command"   //
	Output0      Ability = "addressing an output that does not exist" //
	FreeAction   Ability = "sending an action that does not exist"    //
	AnyDelay     Ability = "sending a delay that is out of range"     //
)

// Client speaks one protocol to a unit. Its methods fail when the answer is not
// what the protocol calls a success.
type Client interface {
	// Ping succeeds as soon as the protocol answers; the suite repeats it.
	Ping(ctx context.Context) error
	// Switch sends all entries in one request, in their order.
	Switch(ctx context.Context, entries []pdu.OutputCommand) error
	// States reads the states of all outputs.
	States(ctx context.Context) ([]pdu.Level, error)
	// EnergyWh reads the resettable forward counter of an output.
	EnergyWh(ctx context.Context, id pdu.OutputID) (uint64, error)
}

// Protocol is a protocol under test.
type Protocol struct {
	Definition proto.Definition
	// Section starts it with everything allowed and, unless it cannot have them,
	// read-only credentials besides.
	Section any
	// Connect gives a client of the unit, with full rights or with the right to
	// read only. addr is where the protocol answers: what the Addr method of its
	// service gives, or the unit's HTTP listener when it has none.
	Connect func(t *testing.T, addr string, readOnly bool) Client
	// Refusal names the protocol's answer to an error of a kind; ok is false when
	// its table has none.
	Refusal func(k pdu.Kind) (answer string, ok bool)
	// Cannot holds what the protocol cannot express, each with the reason.
	Cannot map[Ability]string
}

// Run runs the whole suite.
func Run(t *testing.T, p Protocol) {
	for ability, reason := range p.Cannot {
		if reason == "" {
			t.Errorf("%s cannot do %q, but does not say why", p.Definition.Name, ability)
		}
	}
	t.Run("EveryKindHasAnAnswer", func(t *testing.T) {
		for _, k := range pdu.Kinds() {
			if answer, ok := p.Refusal(k); !ok || answer == "" {
				t.Errorf("%s has no answer to errors of kind %s", p.Definition.Name, k)
			}
		}
	})
	for _, model := range []string{"8ks", "4c", "2pz"} {
		t.Run(model, func(t *testing.T) { runScript(t, p, model) })
	}
}
