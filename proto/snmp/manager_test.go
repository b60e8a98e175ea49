package snmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// The users of open.
var (
	admin  = usm.Credentials{Name: "admin", Auth: usm.SHA256, AuthPassphrase: "adminpass", Priv: usm.AES128, PrivPassphrase: "privpass1"}
	viewer = usm.Credentials{Name: "viewer", Auth: usm.SHA256, AuthPassphrase: "viewpass1"}
)

// manager is a small client of all versions.
type manager struct {
	conn      net.Conn
	version   int32
	community string
	user      usm.Credentials // version 3
	peer      usm.Peer
	id        int32
	maxSize   int32  // msgMaxSize; 0: ours
	buf       []byte // of the last answer
}

// reply is the PDU of an answer.
type reply struct {
	tag    ber.Tag
	id     int32
	status Status
	index  int32
	vars   []variable
}

// asked is a variable binding of a request; a nil value asks.
type asked struct {
	name  string
	value func(b *ber.Builder)
}

func intValue(n int32) func(b *ber.Builder)   { return func(b *ber.Builder) { b.Int(n) } }
func textValue(s string) func(b *ber.Builder) { return func(b *ber.Builder) { b.Text(s) } }

func dial(t testing.TB, addr string, version int32, community string, user usm.Credentials) *manager {
	t.Helper()
	conn, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &manager{conn: conn, version: version, community: community, user: user}
}

func encodeBinds(list []asked) []byte {
	var b ber.Builder
	for _, a := range list {
		m := b.Open(ber.Sequence)
		b.OID(ber.MustOID(a.name))
		if a.value == nil {
			b.Empty(ber.Null)
		} else {
			a.value(&b)
		}
		b.Close(m)
	}
	return b.Bytes()
}

// request builds a datagram.
func (m *manager) request(tag ber.Tag, first, second int32, binds []byte) []byte {
	var b ber.Builder
	if m.version != version3 {
		s := b.Open(ber.Sequence)
		b.Int(m.version)
		b.Text(m.community)
		appendPDU(&b, tag, m.id, first, second, binds)
		b.Close(s)
		return b.Bytes()
	}
	var p ber.Builder
	h := m.peer.Header(m.id, maxMessage)
	if m.maxSize != 0 {
		h.MaxSize = m.maxSize
	}
	s := p.Open(ber.Sequence)
	p.Value(ber.OctetString, h.EngineID)
	p.Text("")
	appendPDU(&p, tag, m.id, first, second, binds)
	p.Close(s)
	level := usm.NoAuthNoPriv
	if m.peer.Known() {
		level = m.peer.Key().Level()
	}
	usm.Seal(&b, h, m.peer.Key(), level, p.Bytes())
	return b.Bytes()
}

// exchange sends a datagram and reads one.
func (m *manager) exchange(ctx context.Context, datagram []byte) ([]byte, error) {
	until, ok := ctx.Deadline()
	if !ok {
		until = time.Now().Add(10 * time.Second)
	}
	_ = m.conn.SetDeadline(until)
	if _, err := m.conn.Write(datagram); err != nil {
		return nil, err
	}
	if m.buf == nil {
		m.buf = make([]byte, 65536)
	}
	n, err := m.conn.Read(m.buf)
	return m.buf[:n], err
}

// call makes a request and gives its answer. With version 3 it finds the engine and
// its time first.
func (m *manager) call(ctx context.Context, tag ber.Tag, first, second int32, list ...asked) (*reply, error) {
	for range 3 {
		m.id++
		datagram, err := m.exchange(ctx, m.request(tag, first, second, encodeBinds(list)))
		if err != nil {
			return nil, err
		}
		r, err := m.read(datagram)
		if err != nil || r.tag != ber.Report {
			return r, err
		}
		if r.vars[0].value == nil {
			return nil, errors.New("empty report")
		}
		oid, _ := ber.DecodeOID(nil, r.vars[0].name)
		if s := usm.Stat(oid[len(oid)-2]); s != usm.UnknownEngineIDs && s != usm.NotInTimeWindows {
			return r, fmt.Errorf("report %s", oid)
		}
	}
	return nil, errors.New("the engine is not found")
}

func (m *manager) read(datagram []byte) (*reply, error) {
	if m.version != version3 {
		top := ber.NewReader(datagram)
		s, err := top.Enter(ber.Sequence)
		if err != nil {
			return nil, err
		}
		_, _ = s.Int32()
		_, _ = s.Take(ber.OctetString)
		return readReply(&s)
	}
	msg, err := usm.Parse(datagram)
	if err != nil {
		return nil, err
	}
	scoped, _, err := m.peer.Open(msg)
	if err != nil {
		return nil, err
	}
	if !m.peer.Known() {
		if err := m.peer.Discover(msg, m.user); err != nil {
			return nil, err
		}
	}
	top := ber.NewReader(scoped)
	s, err := top.Enter(ber.Sequence)
	if err != nil {
		return nil, err
	}
	_, _ = s.Take(ber.OctetString)
	_, _ = s.Take(ber.OctetString)
	return readReply(&s)
}

func readReply(r *ber.Reader) (*reply, error) {
	var req request
	var scratch ber.OID
	if err := req.readPDU(r, &scratch); err != nil {
		return nil, err
	}
	return &reply{tag: req.tag, id: req.id, status: Status(req.first), index: req.second, vars: req.vars}, nil
}

// integer gives the number of a variable.
func (v variable) integer() int32 {
	n, _ := ber.DecodeInt32(v.value)
	return n
}

func (v variable) oid() string {
	oid, _ := ber.DecodeOID(nil, v.name)
	return oid.String()
}
