package snmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// notificationsWaiting is how many notifications wait for one receiver. When there
// are more the oldest is dropped.
const notificationsWaiting = 64

// receiver sends notifications to one address. Its fields below queue belong to the
// goroutine of run.
type receiver struct {
	*agent
	config   *ReceiverConfig
	dropping atomic.Bool // it has been logged that the queue is full
	queue    chan notification

	id      int32    // of the last notification: repetitions have the same
	message int32    // of the last message of version 3
	peer    usm.Peer // informs of version 3
	silent  bool     // it has been logged that nothing arrives
}

func newReceiver(a *agent, c *ReceiverConfig) *receiver {
	return &receiver{agent: a, config: c, queue: make(chan notification, notificationsWaiting)}
}

// put queues a notification and does not wait.
func (r *receiver) put(n notification) {
	for {
		select {
		case r.queue <- n:
			return
		default:
		}
		select {
		case <-r.queue:
			if r.dropping.CompareAndSwap(false, true) {
				r.log.Warn("notifications are dropped, because the receiver is too slow", "protocol", Name, "receiver", r.config.Address)
			}
		default:
		}
	}
}

// run sends what is queued until ctx ends.
func (r *receiver) run(ctx context.Context) {
	for {
		select {
		case n := <-r.queue:
			r.note(ctx, r.send(ctx, n))
		case <-ctx.Done():
			return
		}
	}
}

// note logs when a receiver stops to be reached, and when it is again.
func (r *receiver) note(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && !r.silent:
		r.log.Warn("a receiver of notifications is not reached", "protocol", Name, "receiver", r.config.Address, "err", err)
	case err == nil && r.silent:
		r.log.Info("a receiver of notifications is reached again", "protocol", Name, "receiver", r.config.Address)
	}
	r.silent = err != nil
	if err == nil {
		r.dropping.Store(false)
	}
}

func (r *receiver) send(ctx context.Context, n notification) error {
	conn, err := new(net.Dialer).DialContext(ctx, "udp", r.config.Address)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	r.id++
	if !r.config.Inform {
		_, err = conn.Write(r.trap(n))
		return err
	}
	for range 1 + r.config.Retries {
		if err = r.inform(ctx, conn, n); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return fmt.Errorf("inform was not confirmed: %w", err)
}

// trap builds a trap. Our engine is the authoritative one.
func (r *receiver) trap(n notification) []byte {
	var b ber.Builder
	if r.config.Version != "3" {
		r.appendPlain(&b, ber.TrapV2, n)
		return b.Bytes()
	}
	r.message++
	key := r.engine.Key(r.config.User)
	h := usm.Header{ID: r.message, MaxSize: maxMessage, EngineID: r.engine.ID(), Boots: r.engine.Boots(), Time: r.engine.Time(), User: key.Name()}
	usm.Seal(&b, h, key, key.Level(), r.scoped(ber.TrapV2, n.binds))
	return b.Bytes()
}

func (r *receiver) appendPlain(b *ber.Builder, tag ber.Tag, n notification) {
	m := b.Open(ber.Sequence)
	b.Int(version2c)
	b.Text(string(r.config.Community))
	appendPDU(b, tag, r.id, 0, 0, n.binds)
	b.Close(m)
}

func (r *receiver) scoped(tag ber.Tag, binds []byte) []byte {
	var b ber.Builder
	s := b.Open(ber.Sequence)
	b.Value(ber.OctetString, r.engine.ID())
	b.Text("")
	appendPDU(&b, tag, r.id, 0, 0, binds)
	b.Close(s)
	return b.Bytes()
}

// inform sends an inform once and waits for its confirmation.
func (r *receiver) inform(ctx context.Context, conn net.Conn, n notification) error {
	if r.config.Version == "3" {
		return r.informSealed(ctx, conn, n)
	}
	var b ber.Builder
	r.appendPlain(&b, ber.InformRequest, n)
	return r.exchange(ctx, conn, b.Bytes(), r.readPlain)
}

// errOther says that a datagram is no answer to what was sent last.
var errOther = errors.New("it is another answer")

// readPlain takes an answer of version 2c.
func (r *receiver) readPlain(datagram []byte) error {
	top := ber.NewReader(datagram)
	s, err := top.Enter(ber.Sequence)
	if err != nil {
		return errOther
	}
	version, err1 := s.Int32()
	_, err2 := s.Take(ber.OctetString)
	var answer request
	var scratch ber.OID
	if err1 != nil || err2 != nil || version != version2c || answer.readPDU(&s, &scratch) != nil {
		return errOther
	}
	if answer.tag != ber.Response || answer.id != r.id {
		return errOther
	}
	return nil
}

// errAgain says that the receiver's engine is known better now.
var errAgain = errors.New("the engine of the receiver has to be asked again")

// informSealed sends an inform of version 3. The receiver's engine is the
// authoritative one; at first its identifier and then its time have to be asked for
// (RFC 3414 section 4).
func (r *receiver) informSealed(ctx context.Context, conn net.Conn, n notification) error {
	for range 4 { // identifier, time, the inform; once more if the engine was exchanged
		r.message++
		var b ber.Builder
		h := r.peer.Header(r.message, maxMessage)
		if r.peer.Known() {
			key := r.peer.Key()
			usm.Seal(&b, h, key, key.Level(), r.scoped(ber.InformRequest, n.binds))
		} else {
			usm.Seal(&b, h, nil, usm.NoAuthNoPriv, r.scoped(ber.GetRequest, nil))
		}
		if err := r.exchange(ctx, conn, b.Bytes(), r.readSealed); !errors.Is(err, errAgain) {
			return err
		}
	}
	return errAgain
}

// readSealed takes an answer of version 3.
func (r *receiver) readSealed(datagram []byte) error {
	m, err := usm.Parse(datagram)
	if err != nil || m.Model != usm.SecurityModel || m.ID != r.message {
		return errOther
	}
	scoped, signed, err := r.peer.Open(m)
	if err != nil {
		return errOther
	}
	top := ber.NewReader(scoped)
	s, err := top.Enter(ber.Sequence)
	if err != nil {
		return errOther
	}
	_, err1 := s.Take(ber.OctetString)
	_, err2 := s.Take(ber.OctetString)
	var answer request
	var scratch ber.OID
	if err1 != nil || err2 != nil || answer.readPDU(&s, &scratch) != nil {
		return errOther
	}
	switch {
	case answer.tag == ber.Report:
		return r.reported(m, &answer, signed)
	case signed && answer.tag == ber.Response && answer.id == r.id:
		return nil
	}
	return errOther
}

// reported follows a report.
func (r *receiver) reported(m *usm.Message, answer *request, signed bool) error {
	if len(answer.vars) == 0 {
		return errOther
	}
	oid, _ := ber.DecodeOID(nil, answer.vars[0].name) // it has been read before
	switch {
	case oid.Compare(oidUsmStats.Append(uint32(usm.NotInTimeWindows), 0)) == 0 && signed:
		return errAgain
	case oid.Compare(oidUsmStats.Append(uint32(usm.UnknownEngineIDs), 0)) == 0:
		if err := r.peer.Discover(m, r.agent.config.credentials(r.agent.config.user(r.config.User))); err != nil {
			return err
		}
		return errAgain
	}
	return fmt.Errorf("the receiver reports %s", oid)
}

// exchange sends a request and waits for a datagram that read takes as its answer.
// A datagram that is none is passed over.
func (r *receiver) exchange(ctx context.Context, conn net.Conn, request []byte, read func(datagram []byte) error) error {
	if err := conn.SetDeadline(time.Now().Add(time.Duration(r.config.TimeoutMs) * time.Millisecond)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // and its deadline may have been overwritten
	}
	if _, err := conn.Write(request); err != nil {
		return err
	}
	buf := make([]byte, maxMessage)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		if err := read(buf[:n]); !errors.Is(err, errOther) {
			return err
		}
	}
}
