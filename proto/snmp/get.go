package snmp

import "github.com/zerocross-pdu/zerocross/proto/snmp/ber"

// bind appends a variable binding with the value of an object. The name is the one
// that was asked for.
func (d *desk) bind(v view, name []byte, o *object) {
	mark := d.binds.Open(ber.Sequence)
	d.binds.Value(ber.ObjectID, name)
	o.read(v, &d.binds)
	d.binds.Close(mark)
}

// bindEmpty appends a variable binding with an exception.
func (d *desk) bindEmpty(name []byte, exception ber.Tag) {
	mark := d.binds.Open(ber.Sequence)
	d.binds.Value(ber.ObjectID, name)
	d.binds.Empty(exception)
	d.binds.Close(mark)
}

// get answers a Get (RFC 3416 section 4.2.1).
func (d *desk) get(v view, req *request) (Status, int) {
	for i, asked := range req.vars {
		if o := d.tree.find(asked.name); o != nil {
			d.bind(v, asked.name, o)
			continue
		}
		if req.version == version1 {
			return NoSuchName, i + 1
		}
		d.bindEmpty(asked.name, d.tree.missing(asked.name))
	}
	return NoError, 0
}

// getNext answers a GetNext (RFC 3416 section 4.2.2).
func (d *desk) getNext(v view, req *request) (Status, int) {
	for i, asked := range req.vars {
		if at := d.tree.after(asked.name, &d.oid); at < len(d.tree.objects) {
			o := &d.tree.objects[at]
			d.bind(v, o.name, o)
			continue
		}
		if req.version == version1 {
			return NoSuchName, i + 1
		}
		d.bindEmpty(asked.name, ber.EndOfMibView)
	}
	return NoError, 0
}

// cursor is the place of one repeated variable of a GetBulk.
type cursor struct {
	at   int    // position of the next object in the tree
	name []byte // the last name
}

// getBulk answers a GetBulk (RFC 3416 section 4.2.3): as much as fits, at least
// one variable.
func (d *desk) getBulk(v view, req *request) {
	limit := req.maxSize - envelope(req)
	single := min(max(0, int(req.first)), len(req.vars))
	d.walk = d.walk[:0]
	for i, asked := range req.vars {
		c := cursor{at: d.tree.after(asked.name, &d.oid), name: asked.name}
		if i >= single {
			d.walk = append(d.walk, c)
		} else if !d.step(v, &c, limit) {
			return
		}
	}
	for n := int32(0); n < req.second && len(d.walk) > 0; n++ {
		ended := true
		for i := range d.walk {
			ended = ended && d.walk[i].at >= len(d.tree.objects)
			if !d.step(v, &d.walk[i], limit) {
				return
			}
		}
		if ended {
			return
		}
	}
}

// step appends the object at the cursor and moves it. It reports whether there was
// room.
func (d *desk) step(v view, c *cursor, limit int) bool {
	before := d.binds.Len()
	if c.at < len(d.tree.objects) {
		o := &d.tree.objects[c.at]
		d.bind(v, o.name, o)
		c.at, c.name = c.at+1, o.name
	} else {
		d.bindEmpty(c.name, ber.EndOfMibView)
	}
	if d.binds.Len() > limit && before > 0 {
		d.binds.Truncate(before)
		return false
	}
	return true
}

// envelope bounds what an answer has around its variable bindings, in octets:
// tags, lengths, numbers, and for version 3 the engine twice, name, digest, salt
// and padding.
func envelope(req *request) int {
	if req.version == version3 {
		return 100 + 2*32 + len(req.v3.key.Name()) + 48 + 8 + 8
	}
	return 40 + len(req.community)
}
