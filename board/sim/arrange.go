package sim

import (
	"encoding/json"
	"strconv"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Arrange sets up mains and outlets as a bench file says: JSON in the form of GET
// /api/v1/bench, of which any part can be left out. What the bench only reports
// there is ignored. It returns an Invalid error with the path of each fault and
// then changes nothing.
func (b *Bench) Arrange(text []byte) error {
	var mains mainsEdit
	outlets := map[pdu.OutputID]outletEdit{}
	err := decodeDocument(text, object{
		"mains":   nested(mains.fields()),
		"outlets": {into: func(f *config.Faults, raw json.RawMessage) { b.decodeOutlets(f, raw, outlets) }},
		"inlet":   ignored(), "inputs": ignored(), "powerCycle": ignored(), "recordings": ignored(),
	})
	if err != nil {
		return err
	}
	if _, err := b.editMains(mains.apply); err != nil {
		return err
	}
	for id, e := range outlets {
		if err := b.editOutlet(id, e); err != nil {
			return err
		}
	}
	return nil
}

// decodeOutlets reads a list of outlets, each with the number of its output.
func (b *Bench) decodeOutlets(f *config.Faults, raw json.RawMessage, into map[pdu.OutputID]outletEdit) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		f.Add("", "field.type", "%s is not a list of outlets", excerpt(raw))
		return
	}
	for k, one := range list {
		at := f.At("[" + strconv.Itoa(k) + "]")
		var id int
		var e outletEdit
		fields := e.fields()
		fields["id"] = need(&id)
		before := f.Len()
		fields.decode(at, one)
		switch {
		case f.Len() > before:
		case b.checkOutlet(pdu.OutputID(id)) != nil:
			at.Add("id", pdu.CodeOutputUnknown, "the %s has no outlet %d", b.profile.Name, id)
		default:
			into[pdu.OutputID(id)] = e
		}
	}
}
