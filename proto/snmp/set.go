package snmp

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// commitPatience bounds how long the unit may take for a Set.
const commitPatience = 5 * time.Second

// change is what a Set asks for, while it is tested.
type change struct {
	current  int // number of the variable that is being tested
	outputs  []pdu.OutputCommand
	switches []int // number of the variable of each entry of outputs
	settings pdu.SettingsEdit
	settled  int   // number of the first variable that is a setting, or 0
	serial   int32 // what snmpSetSerialNo reads now
	serialAt int   // number of the variable that raises it, or 0
}

func (c *change) switchOutput(id pdu.OutputID, a pdu.Action) {
	c.outputs = append(c.outputs, pdu.OutputCommand{Output: id, Action: a})
	c.switches = append(c.switches, c.current)
}

func (c *change) noteSettings() {
	if c.settled == 0 {
		c.settled = c.current
	}
}

// test checks all variables of a Set and changes nothing (RFC 3416 section 4.2.5).
func (a *agent) test(req *request) (c *change, s Status, index int) {
	c = &change{serial: a.serial.Load()}
	for i, v := range req.vars {
		c.current = i + 1
		if s := a.testVariable(c, req, v); s != NoError {
			return nil, s, c.current
		}
	}
	return c, NoError, 0
}

func (a *agent) testVariable(c *change, req *request, v variable) Status {
	if !req.write {
		return NoAccess
	}
	o := a.tree.find(v.name)
	switch {
	case o != nil && o.write != nil:
		return o.write(c, v.tag, v.value)
	case o == nil && within(a.tree.writes, v.name):
		return NoCreation
	}
	return NotWritable
}

// commit carries a tested Set out: settings first, since they can be put back, then
// all outputs in one command.
func (a *agent) commit(ctx context.Context, req *request, c *change) (Status, int) {
	ctx, cancel := context.WithTimeout(ctx, commitPatience)
	defer cancel()
	before := a.reader.Snapshot()
	if c.settled != 0 {
		if err := a.configurer.Configure(ctx, c.settings, req.origin()); err != nil {
			return a.failed(err, "change settings"), c.settled
		}
	}
	if len(c.outputs) > 0 {
		_, err := a.switcher.Do(ctx, pdu.Command{Outputs: c.outputs, Origin: req.origin(), Received: req.received})
		if err != nil {
			s := a.failed(err, "switch outputs")
			if c.settled != 0 {
				if err := a.configurer.Configure(ctx, restore(before, c.settings), req.origin()); err != nil {
					a.log.Error("settings of a failed Set could not be put back", "protocol", Name, "err", err)
					return UndoFailed, 0
				}
			}
			return s, c.switches[0]
		}
	}
	if c.serialAt != 0 {
		a.serial.Store(nextSerial(c.serial))
	}
	return NoError, 0
}

// failed gives the status of an error. What is a defect is logged here; the client
// gets a number only.
func (a *agent) failed(err error, doing string) Status {
	kind := pdu.KindOf(err)
	if kind == pdu.Internal {
		a.log.Error("a Set failed", "protocol", Name, "doing", doing, "err", err)
	}
	return statuses[kind]
}

// restore gives the edit that takes edit back.
func restore(s *pdu.Snapshot, edit pdu.SettingsEdit) pdu.SettingsEdit {
	back := pdu.SettingsEdit{Outputs: map[pdu.OutputID]pdu.OutputEdit{}}
	if edit.DeviceName != nil {
		back.DeviceName = new(s.Settings.DeviceName)
	}
	for id := range edit.Outputs {
		back.Outputs[id] = pdu.OutputEdit{Name: new(outputName(s, id))}
	}
	return back
}

// writeSerial takes snmpSetSerialNo, the advisory lock (RFC 3418): only its present
// value may be written, and that raises it.
func writeSerial(c *change, tag ber.Tag, content []byte) Status {
	n, status := integerOf(tag, content)
	switch {
	case status != NoError:
		return status
	case n < 0:
		return WrongValue
	case n != c.serial || c.serialAt != 0:
		return InconsistentValue
	}
	c.serialAt = c.current
	return NoError
}

func nextSerial(n int32) int32 {
	if n == 1<<31-1 {
		return 0
	}
	return n + 1
}

// textOf reads the value of a DisplayString that is to be written. UTF-8 is taken
// too: the page shows it.
func textOf(tag ber.Tag, content []byte) (string, Status) {
	s := string(content)
	switch {
	case tag != ber.OctetString:
		return "", WrongType
	case len(s) > maxText:
		return "", WrongLength
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return "", WrongValue
	}
	return s, NoError
}
