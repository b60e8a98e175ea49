package snmp

import (
	"crypto/subtle"
	"net/netip"
	"time"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// desk is where one goroutine works on messages: its memory is used again for each.
type desk struct {
	*agent
	req   request
	binds ber.Builder // variable bindings of the answer
	pdu   ber.Builder // ScopedPDU of the answer
	out   ber.Builder // the answer
	oid   ber.OID
	walk  []cursor
}

// receive takes a datagram. What changes nothing is answered at once; a Set comes
// back to be carried out. Both are nil when there is nothing to say.
func (d *desk) receive(datagram []byte, from netip.AddrPort) (answer []byte, set *request) {
	d.stats.inPkts.Add(1)
	d.req = request{from: from, received: time.Now(), vars: d.req.vars[:0]}
	top := ber.NewReader(datagram)
	r, err := top.Enter(ber.Sequence)
	if err != nil || !top.Empty() {
		d.stats.inASNParseErrs.Add(1)
		return nil, nil
	}
	if d.req.version, err = r.Int32(); err != nil {
		d.stats.inASNParseErrs.Add(1)
		return nil, nil
	}
	ok := false
	switch d.req.version {
	case version1, version2c:
		ok = d.openPlain(&r)
	case version3:
		answer, ok = d.openSealed(datagram)
	default:
		d.stats.inBadVersions.Add(1)
	}
	if !ok {
		return answer, nil
	}
	if d.req.tag == ber.SetRequest && d.req.refused == NoError {
		return nil, d.req.keep()
	}
	return d.answer(&d.req), nil
}

// openPlain takes the rest of a message of version 1 or 2c. ok means that the
// request is to be answered.
func (d *desk) openPlain(r *ber.Reader) (ok bool) {
	req := &d.req
	community, err := r.Take(ber.OctetString)
	if err == nil {
		err = req.readPDU(r, &d.oid)
	}
	if err != nil {
		d.stats.inASNParseErrs.Add(1)
		return false
	}
	if d.guard.blocked(req.from.Addr(), "", req.received) {
		return false
	}
	if !d.config.V1V2c.Enabled || subtle.ConstantTimeCompare(community, []byte(d.config.V1V2c.Community)) != 1 {
		d.stats.inBadCommunityNames.Add(1)
		d.refuse("", "community")
		return false
	}
	d.guard.good(req.from.Addr(), "", req.received)
	req.community, req.maxSize, req.write = community, maxPlain, d.config.V1V2c.Write
	switch req.tag {
	case ber.GetRequest, ber.GetNextRequest:
		return true
	case ber.SetRequest:
		if !req.write {
			d.stats.inBadCommunityUses.Add(1)
		}
		return true
	case ber.GetBulkRequest:
		return req.version == version2c
	}
	return false // answers and notifications are not for us
}

// refuse notes that somebody could not show who it is.
func (d *desk) refuse(user, what string) {
	from := d.req.from
	if d.guard.bad(from.Addr(), d.req.received) {
		d.log.Warn("an address guesses and is not listened to for a while", "protocol", Name, "addr", from.Addr(), "user", user, "wrong", what)
	}
	select {
	case d.failures <- struct{}{}:
	default: // one is waiting to be told already
	}
}

// answer gives the datagram that answers a request that changes nothing.
func (d *desk) answer(req *request) []byte {
	if req.refused != NoError {
		return d.respond(req, req.refused, 0)
	}
	d.binds.Reset()
	status, index := NoError, 0
	v := view{snap: d.reader.Snapshot(), agent: d.agent}
	switch req.tag {
	case ber.GetRequest:
		status, index = d.get(v, req)
	case ber.GetNextRequest:
		status, index = d.getNext(v, req)
	case ber.GetBulkRequest:
		d.getBulk(v, req)
	}
	if status != NoError {
		return d.respond(req, status, index)
	}
	return d.fit(req, d.message(req, ber.Response, NoError, 0, d.binds.Bytes()))
}

// respond answers with a status and the variables of the request.
func (d *desk) respond(req *request, s Status, index int) []byte {
	if req.version == version1 {
		s = s.version1()
	}
	return d.fit(req, d.message(req, ber.Response, s, int32(index), req.binds))
}

// fit gives the answer, or the one that says that it is too big (RFC 3416 section
// 4.2.1, RFC 1157 section 4.1.2), or nothing when not even that fits.
func (d *desk) fit(req *request, answer []byte) []byte {
	if len(answer) <= req.maxSize {
		return answer
	}
	binds := []byte(nil)
	if req.version == version1 {
		binds = req.binds
	}
	answer = d.message(req, ber.Response, TooBig, 0, binds)
	if len(answer) <= req.maxSize {
		return answer
	}
	d.stats.silentDrops.Add(1)
	return nil
}

// message builds an answer. It is valid until the next.
func (d *desk) message(req *request, tag ber.Tag, s Status, index int32, binds []byte) []byte {
	d.out.Reset()
	if req.version == version3 {
		d.sealMessage(req, tag, s, index, binds)
		return d.out.Bytes()
	}
	m := d.out.Open(ber.Sequence)
	d.out.Int(req.version)
	d.out.Value(ber.OctetString, req.community)
	appendPDU(&d.out, tag, req.id, int32(s), index, binds)
	d.out.Close(m)
	return d.out.Bytes()
}

// appendPDU appends a PDU whose variable bindings are encoded.
func appendPDU(b *ber.Builder, tag ber.Tag, id, first, second int32, binds []byte) {
	p := b.Open(tag)
	b.Int(id)
	b.Int(first)
	b.Int(second)
	b.Value(ber.Sequence, binds)
	b.Close(p)
}
