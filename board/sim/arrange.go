package sim

import (
	"encoding/json"
	"strconv"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Arrange sets up mains, outlets and inputs as a bench file says: JSON in the form
// of GET /api/v1/bench, of which any part can be left out. What the bench only
// reports there is ignored. It returns an Invalid error with the path of each fault
// and then changes nothing.
func (b *Bench) Arrange(text []byte) error {
	var mains mainsEdit
	var outlets, inputs []json.RawMessage
	seed := b.seedNow()
	err := decodeDocument(text, object{
		"seed": may(&seed), "mains": nested(mains.fields()), "outlets": may(&outlets), "inputs": may(&inputs),
		"powerCycle": ignored(), "inlet": ignored(), "recordings": ignored(),
	})
	if err != nil {
		return err
	}
	var f config.Faults
	mains.check(b, f.At("mains"))
	outletEdits := decodeNumbered(f.At("outlets"), outlets, b.profile.Outputs, func() *outletEdit { return &outletEdit{} })
	inputEdits := decodeNumbered(f.At("inputs"), inputs, b.profile.Inputs, func() *inputEdit { return &inputEdit{} })
	plugs := map[pdu.OutputID]plug{}
	for id, e := range outletEdits {
		if e.load == nil {
			continue
		}
		p, err := b.newPlug("load", e.load, chance(seed, uint64(id)))
		if err != nil {
			f.Add("outlets", pdu.CodeOf(err), "outlet %d: %v", id, err)
		}
		plugs[pdu.OutputID(id)] = p
	}
	if err := refusal("", &f); err != nil {
		return err
	}
	b.setSeed(seed)
	if err := mains.edit(b); err != nil {
		return err
	}
	for id, p := range plugs {
		b.plugIn(id, p)
	}
	for id, e := range outletEdits {
		if err := b.editRelay(pdu.OutputID(id), e); err != nil {
			return err
		}
	}
	for id, e := range inputEdits {
		b.editInput(pdu.InputID(id), *e)
	}
	return nil
}

// decodeNumbered reads a list of edits, each with the number, up to count, of what
// it edits.
func decodeNumbered[E interface{ fields() object }](f *config.Faults, list []json.RawMessage, count int, empty func() E) map[int]E {
	edits := map[int]E{}
	for k, raw := range list {
		at := f.At("[" + strconv.Itoa(k) + "]")
		before := f.Len()
		e, id := empty(), 0
		fields := e.fields()
		fields["id"] = need(&id)
		fields.decode(at, raw)
		if f.Len() > before {
			continue
		}
		if _, twice := edits[id]; twice || id < 1 || id > count {
			at.Add("id", "field.range", "%d: expected each of 1 to %d at most once", id, count)
		}
		edits[id] = e
	}
	return edits
}
