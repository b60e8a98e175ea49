package snmp

import (
	"errors"
	"net/netip"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// Version numbers as they travel.
const (
	version1  = 0
	version2c = 1
	version3  = 3
)

// Bounds of messages, in octets.
const (
	// maxMessage is the longest message that is received, and sent to who has
	// proven who it is.
	maxMessage = 8192
	// maxPlain is the longest answer to versions 1 and 2c, where anybody can write
	// anybody's address as the sender: one datagram on an Ethernet.
	maxPlain = 1472
)

// request is a PDU that has passed the checks of its message.
type request struct {
	version   int32
	from      netip.AddrPort
	received  time.Time
	community []byte // versions 1 and 2c
	v3        sealed // version 3
	write     bool   // may write
	// refused: access control answers this to everything.
	refused Status
	maxSize int // of the answer

	tag           ber.Tag
	id            int32
	first, second int32      // error-status and error-index, or the numbers of a GetBulk
	binds         []byte     // the variable bindings, encoded
	vars          []variable // the same, taken apart
}

// sealed is what the answer to a message of version 3 needs of it.
type sealed struct {
	msgID  int32
	key    *usm.Key
	level  usm.Level
	digest string
}

// variable is one variable binding.
type variable struct {
	name  []byte // content of its object identifier
	tag   ber.Tag
	value []byte
}

// user is the name that the request came under; a community has none.
func (r *request) user() string {
	if r.v3.key == nil {
		return ""
	}
	return r.v3.key.Name()
}

func (r *request) origin() pdu.Origin {
	return pdu.Origin{Source: pdu.SourceM2M, Protocol: Name, User: r.user(), Addr: r.from.Addr().Unmap().String()}
}

var errPDU = errors.New("PDU is malformed")

// readPDU takes a PDU with all its variables.
func (r *request) readPDU(from *ber.Reader, scratch *ber.OID) error {
	tag, content, err := from.Next()
	if err != nil || !from.Empty() {
		return errPDU
	}
	p := ber.NewReader(content)
	var err1, err2, err3 error
	r.tag = tag
	r.id, err1 = p.Int32()
	r.first, err2 = p.Int32()
	r.second, err3 = p.Int32()
	r.binds, err = p.Take(ber.Sequence)
	if err1 != nil || err2 != nil || err3 != nil || err != nil || !p.Empty() {
		return errPDU
	}
	list := ber.NewReader(r.binds)
	r.vars = r.vars[:0]
	for !list.Empty() {
		v, err := readVariable(&list, scratch)
		if err != nil {
			return err
		}
		r.vars = append(r.vars, v)
	}
	return nil
}

func readVariable(list *ber.Reader, scratch *ber.OID) (v variable, err error) {
	entry, err := list.Enter(ber.Sequence)
	if err != nil {
		return v, errPDU
	}
	if v.name, err = entry.Take(ber.ObjectID); err != nil {
		return v, errPDU
	}
	oid, err := ber.DecodeOID((*scratch)[:0], v.name)
	if err != nil {
		return v, errPDU
	}
	*scratch = oid
	if v.tag, v.value, err = entry.Next(); err != nil || !entry.Empty() {
		return v, errPDU
	}
	return v, nil
}

// keep copies what refers to the datagram, for a request that outlives it.
func (r *request) keep() *request {
	k := *r
	k.community = append([]byte(nil), r.community...)
	k.binds = append([]byte(nil), r.binds...)
	k.vars = nil
	list := ber.NewReader(k.binds)
	var scratch ber.OID
	for !list.Empty() {
		v, _ := readVariable(&list, &scratch) // it has been read before
		k.vars = append(k.vars, v)
	}
	return &k
}
