package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func (s *Server) getDevice(c *call) error {
	doc, err := s.encoder.device(c.engine.Snapshot())
	if err != nil {
		return err
	}
	sendJSON(c.w, http.StatusOK, doc)
	return nil
}

func (s *Server) getOutputs(c *call) error { return c.answer(outputsOf(c.engine.Snapshot())) }

func (s *Server) getOutput(c *call) error {
	snap := c.engine.Snapshot()
	id, err := c.outputID(snap)
	if err != nil {
		return err
	}
	return c.answer(outputOf(snap, int(id)-1))
}

func (s *Server) postAction(c *call) error {
	id, err := c.outputID(c.engine.Snapshot())
	if err != nil {
		return err
	}
	var req ActionRequest
	received, err := c.decode(&req)
	if err != nil {
		return err
	}
	cmd, err := (ActionsEntry{ID: id, Action: req.Action, DelayMS: req.DelayMS}).command()
	if err != nil {
		return err
	}
	res, err := c.engine.Do(c.r.Context(), pdu.Command{Outputs: []pdu.OutputCommand{cmd}, Origin: c.origin(), Received: received})
	if err != nil {
		return err
	}
	return c.answer(ActionResult{
		Outcome: outcomesOf(res.Outcomes)[0],
		Output:  outputOf(res.Snapshot, int(id)-1),
		Timing:  timingOf(res.Timing),
	})
}

func (s *Server) postActions(c *call) error {
	var req ActionsRequest
	received, err := c.decode(&req)
	if err != nil {
		return err
	}
	cmd := pdu.Command{Origin: c.origin(), Received: received}
	var ids []pdu.OutputID
	for n, entry := range req.Outputs {
		one, err := entry.command()
		if err != nil {
			return atEntry(n, err)
		}
		cmd.Outputs = append(cmd.Outputs, one)
		ids = append(ids, entry.ID)
	}
	res, err := c.engine.Do(c.r.Context(), cmd)
	if err != nil {
		return err
	}
	answer := ActionsResult{Outcomes: outcomesOf(res.Outcomes), Outputs: []Output{}, Timing: timingOf(res.Timing)}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		answer.Outputs = append(answer.Outputs, outputOf(res.Snapshot, int(id)-1))
	}
	return c.answer(answer)
}

func (s *Server) postEnergyReset(c *call) error {
	var req EnergyResetRequest
	body, err := readBody(c.w, c.r)
	if err != nil {
		return err
	}
	if len(body) > 0 {
		if err := decodeStrict(body, &req); err != nil {
			return err
		}
		if req.Outputs != nil && len(req.Outputs) == 0 {
			return pdu.Errorf(pdu.Invalid, pdu.CodeNoOutputs, "outputs: the list is empty; leave it out to reset all")
		}
	}
	if err := c.engine.ResetEnergy(c.r.Context(), req.Outputs, c.origin()); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// outputID reads the number of the output in the path.
func (c *call) outputID(snap *pdu.Snapshot) (pdu.OutputID, error) {
	text := c.r.PathValue("id")
	n, err := strconv.Atoi(text)
	id := pdu.OutputID(n)
	// Only one way to write a number: "+3" and "03" are no names of outputs.
	if err != nil || strconv.Itoa(n) != text || snap.Output(id) == nil {
		return 0, pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %.20q does not exist; there are 1 to %d", text, len(snap.Outputs)).With("output", text)
	}
	return id, nil
}

// command checks an entry as far as the engine cannot.
func (e ActionsEntry) command() (pdu.OutputCommand, error) {
	cmd := pdu.OutputCommand{Output: e.ID, Action: e.Action.Action, State: e.State}
	if !e.Action.Given {
		return cmd, pdu.Errorf(pdu.Invalid, pdu.CodeActionUnknown, "the action is missing").With("path", "action")
	}
	if e.State != pdu.Unknown && cmd.Action != pdu.ActionIgnore {
		return cmd, pdu.Errorf(pdu.Invalid, codeStateUnused, "a state only goes with the action %q", pdu.ActionIgnore).With("path", "state")
	}
	if e.DelayMS == nil {
		return cmd, nil
	}
	// The bound keeps the multiplication from overflowing.
	cmd.Delay = time.Duration(min(max(*e.DelayMS, 0), pdu.MaxShortDelay.Milliseconds()+1)) * time.Millisecond
	if err := pdu.CheckShortDelay(cmd.Delay); err != nil {
		return cmd, pdu.Errorf(pdu.Invalid, pdu.CodeDelayRange, "delayMs %d is outside %d to %d", *e.DelayMS,
			pdu.MinShortDelay.Milliseconds(), pdu.MaxShortDelay.Milliseconds()).With("path", "delayMs").
			With("minMs", pdu.MinShortDelay.Milliseconds()).With("maxMs", pdu.MaxShortDelay.Milliseconds())
	}
	return cmd, nil
}

// atEntry says which entry of a list an error is about.
func atEntry(n int, err error) error {
	at := fmt.Sprintf("outputs[%d]", n)
	e := pdu.Errorf(pdu.KindOf(err), pdu.CodeOf(err), "%s: %w", at, err)
	if info := describe(err); info.Args != nil {
		e.Args = info.Args
		if path, ok := info.Args["path"].(string); ok {
			e = e.With("path", at+"."+path)
		}
	}
	return e
}

func outcomesOf(outcomes []pdu.Outcome) []OutcomeName {
	names := make([]OutcomeName, len(outcomes))
	for i, o := range outcomes {
		names[i] = OutcomeName(o.String())
	}
	return names
}
