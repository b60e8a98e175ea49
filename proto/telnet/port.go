package telnet

import (
	"context"
	"strconv"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// portCommand answers everything that begins with "port".
func (r *request) portCommand(ctx context.Context) (string, error) {
	if len(r.words) < 2 {
		return "", invalidParameter
	}
	switch r.words[1] {
	case "list":
		return r.portList(ctx)
	case "setup":
		return r.portSetup(ctx)
	case "timer":
		return r.portTimer()
	}
	if !isNumber(r.words[1]) {
		return "", unknownCommand
	}
	o, err := r.output(r.words[1])
	switch {
	case err != nil:
		return "", err
	case len(r.words) == 2:
		return stateOf(o)
	case len(r.words) > 3:
		return "", invalidParameter
	case r.words[2] == "manual":
		return ok, nil // the originals' way out of timer mode, which there is none here
	}
	action, known := parseAction(r.words[2])
	if !known {
		return "", invalidValue
	}
	return r.do(ctx, pdu.OutputCommand{Output: o.ID, Action: action})
}

// output finds the output that a word names.
func (r *request) output(word string) (*pdu.Output, error) {
	n, err := strconv.Atoi(word)
	if err != nil || !isNumber(word) {
		return nil, invalidParameter
	}
	o := r.ports.Snapshot().Output(pdu.OutputID(n))
	if o == nil {
		return nil, invalidParameter
	}
	return o, nil
}

// isNumber reports whether word is made of digits alone.
func isNumber(word string) bool {
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	return word != ""
}

// stateOf answers with the state of an output. One that nobody knows has no digit.
func stateOf(o *pdu.Output) (string, error) {
	if o.State() == pdu.Unknown {
		return "", pdu.Errorf(pdu.Conflict, "output.unknownState", "the state of output %d is not known", o.ID)
	}
	return data + string(digit(o.State())), nil
}

// parseAction reads what one output shall do: 0 to 5, i or int, u.
func parseAction(word string) (pdu.Action, bool) {
	if word == "int" {
		return pdu.ActionShortOff, true
	}
	if len(word) != 1 {
		return 0, false
	}
	a, known := pdu.ParseAction(word)
	return a, known && a != pdu.ActionIgnore // there is no state to go with action 6
}

// do switches outputs by one command. Outputs that a pulse keeps from being switched
// are no error: the originals ignore it silently.
func (r *request) do(ctx context.Context, outputs ...pdu.OutputCommand) (string, error) {
	if _, err := r.ports.Do(ctx, pdu.Command{Outputs: outputs, Origin: r.origin, Received: r.received}); err != nil {
		return "", err
	}
	return ok, nil
}

// portList answers "port list" and carries out "port list ACTIONS", which has one
// letter for each output and is one command.
func (r *request) portList(ctx context.Context) (string, error) {
	outputs := r.ports.Snapshot().Outputs
	switch len(r.words) {
	case 2:
		digits := make([]byte, len(outputs))
		for i := range outputs {
			digits[i] = digit(outputs[i].State())
		}
		return data + string(digits), nil
	case 3:
	default:
		return "", invalidParameter
	}
	letters := r.words[2]
	if len(letters) != len(outputs) {
		return "", invalidParameter
	}
	commands := make([]pdu.OutputCommand, len(outputs))
	for i := range letters {
		action, known := parseAction(letters[i : i+1])
		if !known {
			return "", invalidValue
		}
		commands[i] = pdu.OutputCommand{Output: pdu.OutputID(i + 1), Action: action}
	}
	return r.do(ctx, commands...)
}
