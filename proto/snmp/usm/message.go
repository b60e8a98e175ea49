package usm

import (
	"errors"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// Flags of a message (RFC 3412 section 6.4).
const (
	flagAuth       = 1
	flagPriv       = 2
	flagReportable = 4
)

// Version and SecurityModel are the numbers of SNMPv3 and of this model.
const (
	Version       = 3
	SecurityModel = 3
)

// MinMaxSize is the least msgMaxSize that a message may announce.
const MinMaxSize = 484

// bounds of names (RFC 3411 section 5, RFC 3414 section 5).
const (
	maxEngineID = 32
	maxUserName = 32
)

// Message is a message of version 3 as it came: nothing in it is proven. It refers
// to the bytes of the datagram.
type Message struct {
	ID       int32
	MaxSize  int32 // of the sender
	Flags    byte
	Model    int32
	EngineID []byte // the authoritative engine
	Boots    int32
	Time     int32
	User     []byte
	Data     []byte // plain: a whole ScopedPDU; encrypted: the octets

	digest []byte // msgAuthenticationParameters
	salt   []byte // msgPrivacyParameters
	offset int    // of digest in whole
	whole  []byte
}

// Reportable reports whether the sender wants reports.
func (m *Message) Reportable() bool { return m.Flags&flagReportable != 0 }

// Sound reports whether its level exists: nothing is encrypted without a signature
// (RFC 3412 section 7.2).
func (m *Message) Sound() bool { return m.Flags&(flagAuth|flagPriv) != flagPriv }

// Level is the level that the message claims. It must be Sound.
func (m *Message) Level() Level {
	switch {
	case m.Flags&flagPriv != 0:
		return AuthPriv
	case m.Flags&flagAuth != 0:
		return AuthNoPriv
	}
	return NoAuthNoPriv
}

// Digest is the digest of the message: two messages with the same proven digest
// are the same message.
func (m *Message) Digest() []byte { return m.digest }

var errForm = errors.New("message is malformed")

// Parse reads a message. Malformed ones, and fields outside their ranges, give an
// error. Of another security model, and of a message that is not Sound, only the
// header is read.
func Parse(datagram []byte) (*Message, error) {
	m := &Message{whole: datagram}
	top := ber.NewReader(datagram)
	r, err := top.Enter(ber.Sequence)
	if err != nil || !top.Empty() {
		return nil, errForm
	}
	if version, err := r.Int32(); err != nil || version != Version {
		return nil, errForm
	}
	if err := m.parseHeader(&r); err != nil {
		return nil, err
	}
	if m.Model != SecurityModel || !m.Sound() {
		return m, nil // the rest is not ours to read; it names no engine
	}
	params, err := r.Take(ber.OctetString)
	if err != nil {
		return nil, err
	}
	end := len(datagram) - len(r.Rest())
	if err := m.parseSecurity(params, end); err != nil {
		return nil, err
	}
	if m.Flags&flagPriv != 0 {
		m.Data, err = r.Take(ber.OctetString)
	} else {
		m.Data = r.Rest()
		_, err = r.Take(ber.Sequence)
	}
	if err != nil || !r.Empty() {
		return nil, errForm
	}
	return m, nil
}

// parseHeader reads msgGlobalData.
func (m *Message) parseHeader(r *ber.Reader) error {
	h, err := r.Enter(ber.Sequence)
	if err != nil {
		return err
	}
	var err1, err2, err3, err4 error
	m.ID, err1 = h.Int32()
	m.MaxSize, err2 = h.Int32()
	flags, err3 := h.Take(ber.OctetString)
	m.Model, err4 = h.Int32()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	if m.ID < 0 || m.MaxSize < MinMaxSize || len(flags) != 1 || m.Model < 1 || !h.Empty() {
		return errForm
	}
	m.Flags = flags[0]
	return nil
}

// parseSecurity reads UsmSecurityParameters, which end at octet end of the message.
func (m *Message) parseSecurity(params []byte, end int) error {
	p := ber.NewReader(params)
	s, err := p.Enter(ber.Sequence)
	if err != nil || !p.Empty() {
		return errForm
	}
	var err1, err2, err3, err4, err5, err6 error
	m.EngineID, err1 = s.Take(ber.OctetString)
	m.Boots, err2 = s.Int32()
	m.Time, err3 = s.Int32()
	m.User, err4 = s.Take(ber.OctetString)
	m.digest, err5 = s.Take(ber.OctetString)
	m.offset = end - len(s.Rest()) - len(m.digest)
	m.salt, err6 = s.Take(ber.OctetString)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return err
	}
	if m.Boots < 0 || m.Time < 0 || len(m.EngineID) > maxEngineID || len(m.User) > maxUserName || !s.Empty() {
		return errForm
	}
	return nil
}

// verify checks the digest. The message is as before afterwards.
func (m *Message) verify(k *Key) bool {
	if len(m.digest) != k.spec.digest {
		return false
	}
	var sent [64]byte
	n := copy(sent[:], m.digest)
	clear(m.whole[m.offset : m.offset+n])
	sum := k.sum(m.whole)
	copy(m.whole[m.offset:], sent[:n])
	return equal(sum, sent[:n])
}

// open decrypts Data in place and gives the ScopedPDU without its padding.
func (m *Message) open(k *Key) ([]byte, error) {
	if err := k.decrypt(m.Data, uint32(m.Boots), uint32(m.Time), m.salt); err != nil {
		return nil, err
	}
	r := ber.NewReader(m.Data)
	if _, err := r.Take(ber.Sequence); err != nil {
		return nil, errForm
	}
	return m.Data[:len(m.Data)-len(r.Rest())], nil
}

// Header is what a message to be sent needs besides its content.
type Header struct {
	ID         int32
	MaxSize    int32 // that we can receive
	Reportable bool
	EngineID   []byte // the authoritative engine
	Boots      uint32
	Time       uint32
	User       string
}

// Seal appends to b the message with the given ScopedPDU, signed and encrypted as
// level says, which k must allow. It may encrypt scoped in place.
func Seal(b *ber.Builder, h Header, k *Key, level Level, scoped []byte) {
	var salt, digest []byte
	flags := byte(0)
	if h.Reportable {
		flags |= flagReportable
	}
	if level >= AuthNoPriv {
		flags |= flagAuth
		digest = make([]byte, k.spec.digest)
	}
	if level == AuthPriv {
		flags |= flagPriv
		scoped, salt = k.encrypt(scoped, h.Boots, h.Time)
	}
	begin := b.Len()
	message := b.Open(ber.Sequence)
	b.Int(Version)
	global := b.Open(ber.Sequence)
	b.Int(h.ID)
	b.Int(h.MaxSize)
	b.Value(ber.OctetString, []byte{flags})
	b.Int(SecurityModel)
	b.Close(global)
	tail := sealSecurity(b, h, digest, salt)
	end := b.Len()
	if level == AuthPriv {
		b.Value(ber.OctetString, scoped)
	} else {
		b.Raw(scoped)
	}
	end += b.Close(message)
	if level >= AuthNoPriv {
		whole := b.Bytes()[begin:]
		copy(b.Bytes()[end-tail:], k.sum(whole))
	}
}

// sealSecurity appends msgSecurityParameters. tail is the distance of the digest's
// first octet from their end.
func sealSecurity(b *ber.Builder, h Header, digest, salt []byte) (tail int) {
	params := b.Open(ber.OctetString)
	inner := b.Open(ber.Sequence)
	b.Value(ber.OctetString, h.EngineID)
	b.Int(int32(h.Boots))
	b.Int(int32(h.Time))
	b.Text(h.User)
	b.Value(ber.OctetString, digest)
	before := b.Len()
	b.Value(ber.OctetString, salt)
	tail = b.Len() - before + len(digest)
	b.Close(inner)
	b.Close(params)
	return tail
}
