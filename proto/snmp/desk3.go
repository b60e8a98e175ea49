package snmp

import (
	"bytes"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// openSealed takes a message of version 3. ok means that the request is to be
// answered; else answer may be a report.
func (d *desk) openSealed(datagram []byte) (answer []byte, ok bool) {
	req := &d.req
	m, err := usm.Parse(datagram)
	switch {
	case err != nil:
		d.stats.inASNParseErrs.Add(1)
		return nil, false
	case m.Model != usm.SecurityModel:
		d.stats.unknownSecurityModels.Add(1)
		return nil, false
	case !m.Sound():
		d.stats.invalidMsgs.Add(1)
		return nil, false
	}
	req.v3.msgID, req.maxSize = m.ID, min(int(m.MaxSize), maxMessage)
	user := string(m.User)
	if user != "" && d.guard.blocked(req.from.Addr(), user, req.received) {
		return nil, false
	}
	scoped, key, report := d.engine.Open(m)
	if report != nil {
		if report.Stat == usm.WrongDigests || report.Stat == usm.UnknownUserNames && user != "" {
			d.refuse(user, report.Error())
		}
		return d.report(m, report.Key, usm.AuthNoPriv, oidUsmStats.Append(uint32(report.Stat)), report.Count), false
	}
	req.v3.key, req.v3.level, req.v3.digest = key, m.Level(), string(m.Digest())
	if req.v3.level != usm.NoAuthNoPriv {
		d.guard.good(req.from.Addr(), user, req.received)
	}
	return d.openScoped(m, scoped)
}

// openScoped takes the ScopedPDU of a message that passed.
func (d *desk) openScoped(m *usm.Message, scoped []byte) (answer []byte, ok bool) {
	req := &d.req
	top := ber.NewReader(scoped)
	s, err := top.Enter(ber.Sequence)
	if err != nil {
		d.stats.inASNParseErrs.Add(1)
		return nil, false
	}
	context, err1 := s.Take(ber.OctetString)
	name, err2 := s.Take(ber.OctetString)
	if err1 != nil || err2 != nil || req.readPDU(&s, &d.oid) != nil {
		d.stats.inASNParseErrs.Add(1)
		return nil, false
	}
	switch req.tag {
	case ber.GetRequest, ber.GetNextRequest, ber.GetBulkRequest, ber.SetRequest:
	default:
		return nil, false // answers and notifications are not for us
	}
	if !bytes.Equal(context, d.engine.ID()) {
		return d.report(m, req.v3.key, req.v3.level, oidMPDStats.Append(3), d.stats.unknownPDUHandlers.Add(1)), false
	}
	if len(name) != 0 {
		return d.report(m, req.v3.key, req.v3.level, oidTargetStats.Append(5), d.stats.unknownContexts.Add(1)), false
	}
	u := d.config.user(req.v3.key.Name())
	if u.level() != req.v3.level {
		req.refused = AuthorizationError
	}
	req.write = u.Access == AccessWrite
	return nil, true
}

// report builds a report, when the sender wants one and its address has not had too
// many. A nil key leaves it unsigned.
func (d *desk) report(m *usm.Message, key *usm.Key, level usm.Level, counter ber.OID, count uint32) []byte {
	if !m.Reportable() || !d.guard.mayReport(d.req.from.Addr(), d.req.received) {
		return nil
	}
	if key == nil {
		level = usm.NoAuthNoPriv
	}
	req := &d.req
	req.v3.key, req.v3.level = key, level
	req.id = requestID(m)
	d.binds.Reset()
	v := d.binds.Open(ber.Sequence)
	d.binds.OID(counter.Append(0))
	d.binds.Uint(ber.Counter32, uint64(count))
	d.binds.Close(v)
	d.pdu.Reset()
	d.out.Reset()
	d.appendScoped(req, ber.Report, NoError, 0, d.binds.Bytes())
	h := d.header(req)
	h.User = string(m.User)
	usm.Seal(&d.out, h, key, level, d.pdu.Bytes())
	return d.out.Bytes()
}

// requestID gives the number of the request in a message, 0 when it cannot be told
// (RFC 3412 section 7.1 step 3). Data that was encrypted is plain once it has been
// opened, and looks like none before.
func requestID(m *usm.Message) int32 {
	top := ber.NewReader(m.Data)
	s, err := top.Enter(ber.Sequence)
	if err != nil {
		return 0
	}
	_, err1 := s.Take(ber.OctetString)
	_, err2 := s.Take(ber.OctetString)
	_, content, err3 := s.Next()
	if err1 != nil || err2 != nil || err3 != nil {
		return 0
	}
	p := ber.NewReader(content)
	id, _ := p.Int32() // 0 when it is none
	return id
}

func (d *desk) header(req *request) usm.Header {
	h := usm.Header{ID: req.v3.msgID, MaxSize: maxMessage, EngineID: d.engine.ID(), Boots: d.engine.Boots(), Time: d.engine.Time()}
	if req.v3.key != nil {
		h.User = req.v3.key.Name()
	}
	return h
}

func (d *desk) appendScoped(req *request, tag ber.Tag, s Status, index int32, binds []byte) {
	scoped := d.pdu.Open(ber.Sequence)
	d.pdu.Value(ber.OctetString, d.engine.ID())
	d.pdu.Text("")
	appendPDU(&d.pdu, tag, req.id, int32(s), index, binds)
	d.pdu.Close(scoped)
}

// sealMessage builds an answer of version 3 at the level of its request.
func (d *desk) sealMessage(req *request, tag ber.Tag, s Status, index int32, binds []byte) {
	d.pdu.Reset()
	d.appendScoped(req, tag, s, index, binds)
	usm.Seal(&d.out, d.header(req), req.v3.key, req.v3.level, d.pdu.Bytes())
}
