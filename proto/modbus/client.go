package modbus

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Bounds of one connection.
const (
	frameTime  = 10 * time.Second // from the first byte of a frame to its last; also for the TLS handshake
	answerTime = 10 * time.Second // for the client to take its answers
	// roomAfter is the silence after which a connection makes room for a new one
	// when all are taken.
	roomAfter = 10 * time.Second
	bufBytes  = 2048 // room for several frames either way
)

// client is one connection. It belongs to its goroutine, but for what clients uses.
type client struct {
	svc  *Service
	conn net.Conn // with TLS replaced by run before anything is read
	who  caller

	heard atomic.Int64 // when the last bytes came, Unix nanoseconds

	readBy, writeBy time.Time // deadlines that are set
	midFrame        bool      // readBy is for the rest of a frame
}

// run serves the connection to its end.
func (c *client) run(ctx context.Context, settings *tls.Config) {
	raw := c.conn
	defer c.svc.clients.leave(c)
	defer func() {
		if p := recover(); p != nil {
			c.svc.log.Error("a Modbus connection panicked", "addr", c.who.addr, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
		_ = raw.Close()
	}()
	if settings != nil {
		if err := c.handshake(ctx, settings); err != nil {
			c.svc.refused.note(c.svc.log, err.Error(), c.who.addr)
			return
		}
	}
	err := c.serve(ctx)
	c.svc.log.Debug("a Modbus connection ended", "addr", c.who.addr, "user", c.who.user, "reason", err)
}

// handshake puts TLS on the connection and learns who the client is.
func (c *client) handshake(ctx context.Context, settings *tls.Config) error {
	conn := tls.Server(c.conn, settings)
	ctx, cancel := context.WithTimeout(ctx, frameTime)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	cert := conn.ConnectionState().PeerCertificates[0] // RequireAndVerifyClientCert
	role, may := rightsOf(cert)
	c.conn, c.who.user, c.who.may = conn, cert.Subject.CommonName, may
	c.svc.log.Debug("a Modbus client showed its certificate", "addr", c.who.addr, "user", c.who.user, "role", role)
	return nil
}

// serve answers requests in their order until the connection or ctx ends. Answers
// to requests that came together leave together.
func (c *client) serve(ctx context.Context) error {
	in := make([]byte, bufBytes)
	out := make([]byte, 0, bufBytes)
	filled, answered := 0, false
	for {
		if err := c.expect(ctx, filled > 0, answered); err != nil {
			return err
		}
		n, err := c.conn.Read(in[filled:])
		now := time.Now()
		c.heard.Store(now.UnixNano())
		rest := in[:filled+n]
		answered = false
		for {
			frame, tail, bad := splitFrame(rest)
			if bad != nil || frame == nil {
				err = firstError(err, bad)
				break
			}
			rest, answered = tail, true
			out = c.answer(ctx, frame, now, out)
			if len(out) > bufBytes-maxFrame {
				if err := c.send(&out, now); err != nil {
					return err
				}
			}
		}
		if sent := c.send(&out, now); sent != nil || err != nil {
			return firstError(err, sent)
		}
		filled = copy(in, rest)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *client) answer(ctx context.Context, frame []byte, now time.Time, out []byte) []byte {
	return appendFrame(out, frame, func(out []byte) []byte {
		return c.svc.dev.answer(ctx, &c.who, frame[6], frame[headerBytes:], now, out)
	})
}

// expect sets the time by which the next bytes must come, and sees to it that a
// connection ends when ctx does. Deadlines are set anew only when a good part of
// them has passed, because setting one costs as much as an answer.
func (c *client) expect(ctx context.Context, midFrame, answered bool) error {
	now := time.Now()
	switch {
	case midFrame && (!c.midFrame || answered):
		c.readBy = now.Add(frameTime)
	case !midFrame && (c.midFrame || c.readBy.Sub(now) < c.svc.idle):
		c.readBy = now.Add(c.svc.idle + c.svc.idle/4)
	default:
		return nil
	}
	c.midFrame = midFrame
	if err := c.conn.SetReadDeadline(c.readBy); err != nil {
		return err
	}
	return ctx.Err() // after setting: finish may have set its own just before
}

// send writes out and empties it.
func (c *client) send(out *[]byte, now time.Time) error {
	if len(*out) == 0 {
		return nil
	}
	if c.writeBy.Sub(now) < answerTime {
		c.writeBy = now.Add(2 * answerTime)
		if err := c.conn.SetWriteDeadline(c.writeBy); err != nil {
			return err
		}
	}
	_, err := c.conn.Write(*out)
	*out = (*out)[:0]
	return err
}
