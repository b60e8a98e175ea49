package prototest

import (
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// step is one line of the script.
type step struct {
	name  string
	needs []Ability
	send  []pdu.OutputCommand
	// refused: the protocol must say no and nothing may change. The engine refuses
	// it too, unless it is a matter of rights (readOnly).
	refused  bool
	readOnly bool           // sent with credentials that may only read
	interim  pdu.OutputID   // 0, or the output whose pulse a person ends before the step
	ends     []pdu.OutputID // outputs whose pulse ends by itself before the next step
}

// entry is short for one part of a command.
func entry(id pdu.OutputID, a pdu.Action) pdu.OutputCommand {
	return pdu.OutputCommand{Output: id, Action: a}
}

func pulse(id pdu.OutputID, a pdu.Action, d time.Duration) pdu.OutputCommand {
	return pdu.OutputCommand{Output: id, Action: a, Delay: d}
}

func state(id pdu.OutputID, l pdu.Level) pdu.OutputCommand {
	return pdu.OutputCommand{Output: id, Action: pdu.ActionIgnore, State: l}
}

// script is what every protocol is put through. All models have outputs 1 and 2.
func script(outputs int) []step {
	last := pdu.OutputID(outputs)
	list := func(c ...pdu.OutputCommand) []pdu.OutputCommand { return c }
	return []step{
		{name: "on", send: list(entry(1, pdu.ActionOn))},
		{name: "on again", send: list(entry(1, pdu.ActionOn))},
		{name: "off", send: list(entry(1, pdu.ActionOff))},
		{name: "last output on", send: list(entry(last, pdu.ActionOn))},
		{name: "toggle on", needs: []Ability{Toggle}, send: list(entry(1, pdu.ActionToggle))},
		{name: "toggle off", needs: []Ability{Toggle}, send: list(entry(1, pdu.ActionToggle))},
		{name: "no change", needs: []Ability{NoChange}, send: list(entry(1, pdu.ActionNoChange))},
		{name: "state on", needs: []Ability{SetState}, send: list(state(1, pdu.On))},
		{name: "state on again", needs: []Ability{SetState}, send: list(state(1, pdu.On))},
		{name: "state off", needs: []Ability{SetState}, send: list(state(1, pdu.Off))},
		{name: "action 6 without state", needs: []Ability{SetState}, send: list(entry(1, pdu.ActionIgnore))},
		{name: "several in order", needs: []Ability{Several, AnyOrder, Toggle}, send: list(entry(2, pdu.ActionOn), entry(1, pdu.ActionToggle))},
		{name: "several ascending", needs: []Ability{Several, Toggle}, send: list(entry(1, pdu.ActionToggle), entry(2, pdu.ActionOn))},
		{name: "several back", needs: []Ability{Several}, send: list(entry(1, pdu.ActionOff), entry(2, pdu.ActionOff))},
		{name: "one output twice", needs: []Ability{Several, Repeat, Toggle}, send: list(entry(1, pdu.ActionOn), entry(1, pdu.ActionToggle))},

		{name: "output 0", needs: []Ability{Output0}, refused: true, send: list(entry(0, pdu.ActionOn))},
		{name: "one output too many", needs: []Ability{Output0}, refused: true, send: list(entry(last+1, pdu.ActionOn))},
		{name: "action 7", needs: []Ability{FreeAction}, refused: true, send: list(entry(1, 7))},
		{name: "good ones before a bad one", needs: []Ability{Several, Output0}, refused: true,
			send: list(entry(1, pdu.ActionOn), entry(2, pdu.ActionToggle), entry(last+1, pdu.ActionOn))},
		{name: "a bad one before good ones", needs: []Ability{Several, FreeAction}, refused: true,
			send: list(entry(1, 9), entry(2, pdu.ActionOn))},
		{name: "delay too short", needs: []Ability{Pulses, Delay, AnyDelay}, refused: true,
			send: list(pulse(1, pdu.ActionShortOn, pdu.MinShortDelay-time.Millisecond))},
		{name: "delay too long", needs: []Ability{Pulses, Delay, AnyDelay}, refused: true,
			send: list(pulse(1, pdu.ActionShortOff, pdu.MaxShortDelay+time.Millisecond))},
		{name: "right to read only", needs: []Ability{ReadOnly}, refused: true, readOnly: true, send: list(entry(1, pdu.ActionOn))},

		{name: "short on", needs: []Ability{Pulses, Delay}, send: list(pulse(1, pdu.ActionShortOn, 2*long))},
		{name: "off during a pulse", needs: []Ability{Pulses, Delay}, send: list(entry(1, pdu.ActionOff))},
		{name: "toggle during a pulse", needs: []Ability{Pulses, Delay, Toggle}, send: list(entry(1, pdu.ActionToggle))},
		{name: "pulse during a pulse", needs: []Ability{Pulses, Delay}, send: list(pulse(1, pdu.ActionShortOff, long))},
		{name: "another output during a pulse", needs: []Ability{Pulses, Delay, Several}, send: list(entry(1, pdu.ActionOff), entry(2, pdu.ActionOn))},
		{name: "a person ends the pulse, then off", needs: []Ability{Pulses, Delay}, interim: 1, send: list(entry(1, pdu.ActionOff))},
		{name: "short off of what is off, stored delay", needs: []Ability{Pulses}, send: list(entry(1, pdu.ActionShortOff))},
		{name: "on during a pulse", needs: []Ability{Pulses}, send: list(entry(1, pdu.ActionOn))},
		{name: "a person ends that pulse, then off", needs: []Ability{Pulses}, interim: 1, send: list(entry(1, pdu.ActionOff))},
		{name: "short on that ends", needs: []Ability{Pulses, Delay}, ends: []pdu.OutputID{1}, send: list(pulse(1, pdu.ActionShortOn, pdu.MinShortDelay))},
		{name: "short off that ends", needs: []Ability{Pulses, Delay}, ends: []pdu.OutputID{1}, send: list(pulse(1, pdu.ActionShortOff, pdu.MinShortDelay))},
		{name: "off at last", send: list(entry(1, pdu.ActionOff))},
	}
}
