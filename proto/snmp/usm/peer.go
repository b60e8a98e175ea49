package usm

import (
	"errors"
	"time"
)

// Peer is what one side knows of the authoritative engine at the other (RFC 3414
// section 2.3). The zero value knows nothing.
type Peer struct {
	id    []byte
	boots uint32
	time  uint32    // latest that was received
	at    time.Time // when it was received
	key   *Key
}

// Known reports whether the engine has been discovered.
func (p *Peer) Known() bool { return p.key != nil }

// Discover takes the identifier of the engine out of a report and makes the key
// of our user there. It says nothing about the time: only a signed message does.
func (p *Peer) Discover(m *Message, c Credentials) error {
	if len(m.EngineID) < 5 {
		return errors.New("the report names no engine")
	}
	id := append([]byte(nil), m.EngineID...)
	k, err := NewKey(c, id)
	if err != nil {
		return err
	}
	*p = Peer{id: id, key: k}
	return nil
}

// Header gives the header of a message to the engine.
func (p *Peer) Header(id, maxSize int32) Header {
	h := Header{ID: id, MaxSize: maxSize, Reportable: true, EngineID: p.id}
	if p.Known() {
		h.User = p.key.name
	}
	if p.boots != 0 {
		h.Boots, h.Time = p.boots, p.now()
	}
	return h
}

// Key is our key at the engine, nil before it is discovered.
func (p *Peer) Key() *Key { return p.key }

func (p *Peer) now() uint32 {
	return p.time + uint32(time.Since(p.at)/time.Second)
}

// Open checks an answer of the engine (RFC 3414 section 3.2 step 7b) and gives its
// ScopedPDU. What is signed sets the time. signed tells whether it was.
func (p *Peer) Open(m *Message) (scoped []byte, signed bool, err error) {
	level := m.Level()
	if level == NoAuthNoPriv {
		return m.Data, false, nil
	}
	if !p.Known() || !equal(m.EngineID, p.id) || string(m.User) != p.key.name || level > p.key.Level() {
		return nil, false, errors.New("answer is of another engine or user")
	}
	if !m.verify(p.key) {
		return nil, false, errors.New("answer has a wrong digest")
	}
	boots, seconds := uint32(m.Boots), uint32(m.Time)
	if boots == MaxBoots || boots < p.boots || boots == p.boots && int64(seconds) < int64(p.now())-window {
		return nil, false, errors.New("answer is too old")
	}
	if boots > p.boots || seconds > p.time {
		p.boots, p.time, p.at = boots, seconds, time.Now()
	}
	if level == AuthNoPriv {
		return m.Data, true, nil
	}
	scoped, err = m.open(p.key)
	return scoped, err == nil, err
}
